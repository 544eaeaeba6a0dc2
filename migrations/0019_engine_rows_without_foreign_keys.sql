-- A run's steps and calls are written under a lock on the run or on one of its calls, and go in the statement that ends
-- or deletes the run; an event that has ever been routed is deleted only where no run is left of it. The checks of these
-- keys, one query and one row lock for each row written, were a third of what a step cost.
alter table engine_steps drop constraint engine_steps_run_id_fkey;
alter table engine_queue drop constraint engine_queue_run_id_fkey;
alter table engine_runs drop constraint engine_runs_event_id_fkey;
