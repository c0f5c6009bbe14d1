"""The reader's addresses."""

from django.urls import path, re_path, register_converter

from articles import changes, corrections, feeds, machine_readable, outlets, searching, sitemaps, views
from articles.listing import Month, Number, PageNumber, Year
from articles.slugs import SectionSlug

app_name = "articles"
register_converter(PageNumber, "page")
register_converter(Number, "number")
register_converter(Year, "year")
register_converter(Month, "month")
register_converter(SectionSlug, "section")

urlpatterns = [
    path("", views.home, name="home"),
    re_path(r"^(?P<first>(?:[-\w]+/){0,2})page/1/$", views.first_page, name="first-page"),
    path("page/<page:number>/", views.home, name="home-page"),
    path("feed/", feeds.paper_feed, {"kind": feeds.ATOM}, name="feed"),
    path("feed/rss/", feeds.paper_feed, {"kind": feeds.RSS}, name="feed-rss"),
    path("feed.json", feeds.paper_feed, {"kind": feeds.JSON}, name="feed-json"),
    path("<year:year>/<month:month>/", views.month, name="month"),
    path("<year:year>/<month:month>/page/<page:number>/", views.month, name="month-page"),
    path("news-sitemap.xml", sitemaps.news_sitemap, name="news-sitemap"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-<page:number>.xml", sitemaps.sitemap_part, name="sitemap-part"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("schema/article.json", machine_readable.article_schema, name="article-schema"),
    path("outlets/<slug:slug>/", outlets.outlet_page, name="outlet"),
    path("outlets/<slug:slug>/page/<page:number>/", outlets.outlet_page, name="outlet-page"),
    path("corrections/", corrections.corrections_page, name="corrections"),
    path("corrections/page/<page:number>/", corrections.corrections_page, name="corrections-page"),
    path("corrections/feed/", corrections.corrections_feed, name="corrections-feed"),
    path("search/", searching.search_page, name="search"),
    path("opensearch.xml", searching.open_search, name="opensearch"),
    path("preview/<str:token>/", views.shared_preview, name="preview"),
    path("tags/<slug:slug>/", views.tag, name="tag"),
    path("tags/<slug:slug>/page/<page:number>/", views.tag, name="tag-page"),
    path("tags/<slug:slug>/feed/", feeds.tag_feed, {"kind": feeds.ATOM}, name="tag-feed"),
    path("tags/<slug:slug>/feed.json", feeds.tag_feed, {"kind": feeds.JSON}, name="tag-feed-json"),
    path("tags/<slug:slug>/feed/rss/", feeds.tag_feed, {"kind": feeds.RSS}, name="tag-feed-rss"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("authors/<slug:slug>/page/<page:number>/", views.author, name="author-page"),
    path("<section:slug>/", views.section, name="section"),
    path("<section:slug>/page/<page:number>/", views.section, name="section-page"),
    path("<section:slug>/feed/", feeds.section_feed, {"kind": feeds.ATOM}, name="section-feed"),
    path("<section:slug>/feed.json", feeds.section_feed, {"kind": feeds.JSON}, name="section-feed-json"),
    path("<section:slug>/feed/rss/", feeds.section_feed, {"kind": feeds.RSS}, name="section-feed-rss"),
    path("<section:section>/<slug:slug>/", views.article, name="article"),
    path("<section:section>/<slug:slug>/changes/", changes.changes_page, name="changes"),
    path("<section:section>/<slug:slug>/changes/<page:number>/", changes.change_page, name="change"),
    path("<section:section>/<slug:slug>/article.json", machine_readable.article_json, name="article-json"),
    path("<section:section>/<slug:slug>/sources.json", machine_readable.sources_csl, name="sources-csl"),
    path("<section:section>/<slug:slug>/sources.bib", machine_readable.sources_bibtex, name="sources-bibtex"),
    path("<section:section>/<slug:slug>/sources.ris", machine_readable.sources_ris, name="sources-ris"),
]
