-- Texts of messages are rows that a manager writes.

CREATE TABLE message_texts (
    id BIGSERIAL NOT NULL,
    estate_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    body_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    body_en TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_message_texts PRIMARY KEY (id),
    CONSTRAINT uq_message_texts_estate_id_kind UNIQUE (estate_id, kind),
    CONSTRAINT uq_message_texts_estate_id_id UNIQUE (estate_id, id),
    CONSTRAINT fk_message_texts_estate_id FOREIGN KEY(estate_id) REFERENCES estates (id),
    CONSTRAINT ck_message_texts_kind_word CHECK (length(trim(kind)) BETWEEN 1 AND 40),
    CONSTRAINT ck_message_texts_title_zh_length CHECK (length(title_zh) <= 300),
    CONSTRAINT ck_message_texts_body_zh_length CHECK (length(body_zh) <= 2000),
    CONSTRAINT ck_message_texts_title_en_length CHECK (length(title_en) <= 300),
    CONSTRAINT ck_message_texts_body_en_length CHECK (length(body_en) <= 2000)
);
