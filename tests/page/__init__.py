"""Checks of the finished report that need a browser, Node.js, Java or poppler: `make test-page`."""
