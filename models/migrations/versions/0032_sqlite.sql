-- Texts of messages are rows that a manager writes.

CREATE TABLE message_texts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    estate_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    body_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    body_en TEXT NOT NULL,
    created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    updated_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now') || '000') NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT uq_message_texts_estate_id_kind UNIQUE (estate_id, kind),
    CONSTRAINT uq_message_texts_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_message_texts_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_message_texts_kind_word CHECK (length(trim(kind)) BETWEEN 1 AND 40),
    CONSTRAINT ck_message_texts_title_zh_length CHECK (length(title_zh) <= 300),
    CONSTRAINT ck_message_texts_title_zh_no_nul CHECK (instr(title_zh, char(0)) = 0),
    CONSTRAINT ck_message_texts_body_zh_length CHECK (length(body_zh) <= 2000),
    CONSTRAINT ck_message_texts_body_zh_no_nul CHECK (instr(body_zh, char(0)) = 0),
    CONSTRAINT ck_message_texts_title_en_length CHECK (length(title_en) <= 300),
    CONSTRAINT ck_message_texts_title_en_no_nul CHECK (instr(title_en, char(0)) = 0),
    CONSTRAINT ck_message_texts_body_en_length CHECK (length(body_en) <= 2000),
    CONSTRAINT ck_message_texts_body_en_no_nul CHECK (instr(body_en, char(0)) = 0),
    CONSTRAINT ck_message_texts_created_at_utc CHECK (created_at IS NULL OR (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(created_at) IS NOT NULL)),
    CONSTRAINT ck_message_texts_updated_at_utc CHECK (updated_at IS NULL OR (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND datetime(updated_at) IS NOT NULL))
)
 STRICT;
