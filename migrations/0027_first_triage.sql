-- Tickets that nobody has triaged yet: in a burst those that have waited long are looked up with each run.
create index tickets_untriaged_idx on tickets (number) where triage_source is null;
