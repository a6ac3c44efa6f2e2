-- Which agent answered; customers read the first name.
ALTER TABLE desk_message ADD COLUMN name TEXT NOT NULL DEFAULT '';
