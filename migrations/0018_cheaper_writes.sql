-- Where Postgres has no LZ4 (0016), its own compression took a quarter of all the time that intake spends in the database,
-- and made the originals a quarter smaller: most of their bytes are files in base64. They are stored as they came.
do $$
begin
  if (select attcompression from pg_attribute
      where attrelid = 'raw_messages'::regclass and attname = 'source') <> 'l' then
    alter table raw_messages alter column source set storage external;
  end if;
exception when undefined_column then -- older than 14
  alter table raw_messages alter column source set storage external;
end $$;

-- Nothing named an original's id by an index, so that each original deleted by age read the whole ledger and all messages
-- to set it to null there, and each mail paid for two checks. An id whose original is gone now says just that.
alter table intake_ledger drop constraint intake_ledger_raw_id_fkey;
alter table messages drop constraint messages_raw_id_fkey;

-- No mail has a submission key: they stay out of its index.
alter table messages drop constraint messages_submission_key_key;
create unique index messages_submission_key on messages (submission_key) where submission_key is not null;

-- A generated column of a table that has a BEFORE UPDATE trigger is computed again with each update, whichever columns
-- that writes: every change of a status or an assignee read the ticket's words anew. A trigger of our own looks at the
-- words only when one of them is written.
alter table tickets alter column search drop expression;
create function index_ticket_words() returns trigger language plpgsql as $$
begin
  new.search := setweight(to_tsvector('simple', left(new.title, 2000)), 'A')
    || to_tsvector('simple', left(new.summary || ' ' || new.description, 100000));
  return new;
end $$;
create trigger ticket_words_are_indexed before insert or update of title, summary, description on tickets
  for each row execute function index_ticket_words();
