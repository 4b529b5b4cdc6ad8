"""Another program in our database: a small gate program with tables of its own, which hangs some things on ours."""

from sqlalchemy import Connection

OWN = {
    "sqlite": """
CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE "gate log" (id INTEGER PRIMARY KEY, note TEXT);
CREATE TABLE barrier (id INTEGER PRIMARY KEY, complaint_id INTEGER, CONSTRAINT fk_barrier FOREIGN KEY (complaint_id)
  REFERENCES complaints (id));
CREATE VIEW artists AS SELECT Name FROM Artist;
CREATE INDEX ix_artist ON Artist (Name);
CREATE TRIGGER guard_gate AFTER INSERT ON Artist BEGIN INSERT INTO "gate log" (note) VALUES (NEW.Name); END;
INSERT INTO Artist VALUES (1, '王菲');
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO alembic_version VALUES ('0001')
""",
    "postgresql": """
CREATE TABLE artist (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE "gate log" (id SERIAL PRIMARY KEY, note TEXT);
CREATE TABLE barrier (id INTEGER PRIMARY KEY, complaint_id BIGINT);
CREATE VIEW artists AS SELECT name FROM artist;
CREATE INDEX ix_artist ON artist (name);
CREATE FUNCTION guard_of_gate() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO "gate log" (note) VALUES ('seen'); RETURN NEW; END $$;
CREATE TRIGGER guard_gate AFTER INSERT ON artist FOR EACH ROW EXECUTE FUNCTION guard_of_gate();
INSERT INTO artist VALUES (1, '王菲');
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO alembic_version VALUES ('0001')
""",
}
"""What it has before we come, its Alembic's revision among it."""

ON_OURS = {
    "sqlite": """
ALTER TABLE complaints ADD COLUMN [gate code] TEXT DEFAULT 'a, (b' CHECK (length([gate code]) < 20) COLLATE NOCASE;
ALTER TABLE complaints ADD COLUMN weight ANY;
ALTER TABLE complaints ADD COLUMN loud TEXT AS (upper(summary)) VIRTUAL;
ALTER TABLE bulk_runs ADD COLUMN gate INTEGER NOT NULL DEFAULT 7;
CREATE INDEX gate_complaints ON complaints (weight, summary) WHERE weight IS NOT NULL;
CREATE VIEW gate_view AS SELECT id, summary, weight FROM complaints;
CREATE TRIGGER gate_through INSTEAD OF INSERT ON gate_view BEGIN SELECT 1; END;
CREATE TRIGGER guard_gate_complaints AFTER UPDATE OF summary ON complaints
  BEGIN INSERT INTO "gate log" (note) VALUES (NEW.summary || '; seen'); END
""",
    "postgresql": """
ALTER TABLE complaints ADD COLUMN "gate code" TEXT DEFAULT 'a, (b' CHECK (length("gate code") < 20);
ALTER TABLE complaints ADD COLUMN weight NUMERIC;
ALTER TABLE complaints ADD COLUMN loud TEXT GENERATED ALWAYS AS (upper(summary)) STORED;
ALTER TABLE bulk_runs ADD COLUMN gate INTEGER NOT NULL DEFAULT 7;
ALTER TABLE barrier ADD CONSTRAINT fk_barrier FOREIGN KEY (complaint_id) REFERENCES complaints (id);
CREATE INDEX gate_complaints ON complaints (weight, summary) WHERE weight IS NOT NULL;
CREATE VIEW gate_view AS SELECT id, summary, weight FROM complaints;
CREATE TRIGGER guard_gate_complaints AFTER UPDATE OF summary ON complaints
  FOR EACH ROW EXECUTE FUNCTION guard_of_gate()
""",
}
"""What it adds to our tables."""


def come(connection: Connection, what: dict[str, str]) -> None:
    """Do it, as the other program would."""
    statements = what[connection.dialect.name].strip().split(";\n")
    for statement in statements:
        connection.exec_driver_sql(statement)
