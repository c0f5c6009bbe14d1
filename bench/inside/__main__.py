"""Starts a process of the site that does what it is told."""

import django

if __name__ == "__main__":
    django.setup()
    from bench.inside.obeying import obey_all

    obey_all()
