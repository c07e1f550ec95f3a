"""The editor of reply rules: a table, a form for one rule, a tester, and unmatched messages."""
