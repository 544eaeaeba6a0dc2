-- Originals and bodies are most of what intake writes. LZ4 takes a fraction of the time of Postgres' own compression, for
-- about the same size; a Postgres that was built without it (or is older than 14) keeps its own.
do $$
begin
  execute 'alter table raw_messages alter column source set compression lz4';
  execute 'alter table messages alter column text set compression lz4, alter column text_trimmed set compression lz4,
    alter column html set compression lz4';
  execute 'alter table tickets alter column description set compression lz4';
exception when feature_not_supported or syntax_error then
  raise notice 'This Postgres has no LZ4 compression.';
end $$;

-- Files are compressed already, most of them: trying again is time spent for nothing.
alter table attachments alter column content set storage external;
