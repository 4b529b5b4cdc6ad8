ALTER TABLE bulk_items ADD COLUMN changes TEXT;
