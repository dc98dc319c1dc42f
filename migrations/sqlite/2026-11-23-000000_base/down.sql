DROP TABLE expense_tags;
DROP TABLE expenses;
DROP TABLE tags;
DROP TABLE categories;
DROP TABLE user_emails;
DROP TABLE users;
