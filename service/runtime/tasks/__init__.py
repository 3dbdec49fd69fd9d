"""User tasks: whose they are, their lists, their answers, and what people do with them."""
