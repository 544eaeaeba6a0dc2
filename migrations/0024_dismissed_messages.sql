-- A parked message that a person has looked at, and that needs nothing more. Its outcome stays what it was.
alter table intake_ledger
  add column dismissed_at     timestamptz,
  add column dismissed_by     uuid references users on delete set null,
  add column dismissed_reason text not null default '';
