-- So that a key which somebody has put in place of the desk's own is noticed: each key is vouched for by the one before.
ALTER TABLE desk_keys ADD COLUMN voucher BLOB;   -- checks what whoever holds this key vouches for; NULL in older ones
ALTER TABLE desk_keys ADD COLUMN vouched BLOB;   -- by the key before this one; NULL of the first
