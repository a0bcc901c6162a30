"""The pages, a module a subject: each function takes an Ask and gives an answer."""
