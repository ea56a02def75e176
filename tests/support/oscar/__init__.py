"""django-oscar's own dashboard, built and seeded for the tests: a back-end that nobody here wrote."""
