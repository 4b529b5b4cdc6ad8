-- A manager adds clocks of their own.

ALTER TABLE clocks ADD COLUMN register TEXT
    CONSTRAINT ck_clocks_register_length CHECK (length(register) <= 40)
    CONSTRAINT ck_clocks_register_no_nul CHECK (instr(register, char(0)) = 0);

ALTER TABLE clocks ADD COLUMN condition TEXT;

ALTER TABLE clocks ADD COLUMN warning_percent INTEGER
    CONSTRAINT ck_clocks_warning_percent_range CHECK (warning_percent BETWEEN 1 AND 100);

ALTER TABLE clocks ADD COLUMN runs_on INTEGER DEFAULT '0' NOT NULL
    CONSTRAINT ck_clocks_runs_on_flag CHECK (runs_on IN (0, 1));
