"""The sample content: articles, pictures and replies of our own making, to judge the site by."""
