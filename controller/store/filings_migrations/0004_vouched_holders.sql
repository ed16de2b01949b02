-- So that nobody puts a key of their own in place of an official's, and is given the desk's next key: by the desk's key
-- that was granted, a signature of the holder's name and public key. NULL in older ones, until they unlock.
ALTER TABLE key_grants ADD COLUMN vouched BLOB;
