# The site behind Varnish 7, or what an own CDN does: copy to /etc/varnish/default.vcl, change addresses, and set
#   PURGE_URLS=http://10.0.0.5:6081/ (each Varnish; comma-separated) and TRUSTED_PROXIES to their addresses.
# It needs the package varnish-modules, and `-p http_gzip_support=off`: the app makes each form of a page once.
vcl 4.1;

import std;
import var;
import xkey;

backend app {
    .host = "127.0.0.1";
    .port = "8000";
}

acl purgers {
    "127.0.0.1";
}

sub vcl_init {
    var.global_set("last purge", "none");
}

sub vcl_recv {
    if (req.method == "PURGE") {
        # What came by another proxy has more than one hop behind it.
        if (client.ip !~ purgers || req.http.X-Forwarded-For ~ ",") {
            return (synth(403));
        }
        # What is on its way here now may be from before the change: see vcl_backend_response.
        var.global_set("last purge", req.xid);
        set req.http.X-Purged = xkey.purge(req.http.Surrogate-Key);
        return (synth(200));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Only staff have cookies of ours: they are served by the app alone. Other people's cookies never reach it.
    if (req.http.Cookie ~ "(^|[; ])(sessionid|csrftoken)=") {
        return (pass);
    }
    unset req.http.Cookie;
    unset req.http.X-Forwarded-Host;
    if (req.url ~ "^/(admin|moderation|preview|replies|search|healthz)(/|\?|$)") {
        return (pass);
    }
    # The same page in the same form, whatever the query string.
    set req.url = regsub(req.url, "\?.*$", "");
    if (req.http.Accept-Encoding ~ "(?i)(^|[, ])br *(; *q=[0-9.]*[1-9][0-9.]*)? *(,|$)") {
        set req.http.Accept-Encoding = "br";
    } elsif (req.http.Accept-Encoding ~ "(?i)(^|[, ])zstd *(; *q=[0-9.]*[1-9][0-9.]*)? *(,|$)") {
        set req.http.Accept-Encoding = "zstd";
    } elsif (req.http.Accept-Encoding ~ "(?i)(^|[, ])gzip *(; *q=[0-9.]*[1-9][0-9.]*)? *(,|$)") {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }
    return (hash);
}

sub vcl_backend_fetch {
    set bereq.http.X-Last-Purge = var.global_get("last purge");
}

sub vcl_backend_response {
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    if (beresp.http.Surrogate-Control ~ "max-age=[1-9]") {
        # A page: kept until its end, unless something changed while it was on its way.
        set beresp.ttl = std.duration(regsub(beresp.http.Surrogate-Control, ".*max-age=([0-9]+).*", "\1") + "s", 0s);
        set beresp.http.xkey = beresp.http.Surrogate-Key;
        if (bereq.http.X-Last-Purge != var.global_get("last purge")) {
            set beresp.ttl = 0s;
        }
    } elsif (beresp.http.Cache-Control !~ "immutable" || beresp.http.Set-Cookie) {
        # Nothing else is kept, and nobody waits for another's answer that can't be shared.
        set beresp.uncacheable = true;
        set beresp.ttl = 10s;
    }
    return (deliver);
}

sub vcl_deliver {
    unset resp.http.xkey;
    unset resp.http.Surrogate-Key;
    unset resp.http.Surrogate-Control;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
    if (obj.hits > 0) {
        set resp.http.Cache-Status = "varnish; hit";
    } else {
        set resp.http.Cache-Status = "varnish; fwd=miss";
    }
}
