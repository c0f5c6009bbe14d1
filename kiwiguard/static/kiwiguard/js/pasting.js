// What is pasted comes out clean: the look of word processors becomes meaning where it has any, and is dropped elsewhere.
import { Extension, Plugin } from "django-prose-editor/editor";

const NAMES = { H1: "h2", H5: "h4", H6: "h4" };
const LOOKS = [
  [/font-weight:\s*(bold|[6-9]00)/i, "strong"],
  [/font-style:\s*italic/i, "em"],
  [/text-decoration[^;]*line-through/i, "s"],
  [/vertical-align:\s*super/i, "sup"],
  [/vertical-align:\s*sub/i, "sub"],
];
const BLOCKS = "p,div,h1,h2,h3,h4,h5,h6,ul,ol,li,table,blockquote,pre,figure";

// The page's policy keeps styles from being applied, so they are read as plain attributes.
const parse = (html) => {
  const quiet = html.replace(/<[^>]*>/g, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="));
  return new DOMParser().parseFromString(quiet, "text/html");
};

const rename = (element, name) => {
  const other = element.ownerDocument.createElement(name);
  other.append(...element.childNodes);
  element.replaceWith(other);
};

const unwrap = (element) => element.replaceWith(...element.childNodes);

const toMeaning = (element) => {
  const style = element.dataset.style || "";
  if (/^(B|STRONG)$/.test(element.tagName) && /font-weight:\s*(normal|400)/i.test(style)) return unwrap(element);
  if (element.tagName !== "SPAN") return undefined;
  for (const [look, name] of LOOKS) {
    if (!look.test(style) || element.closest("h1,h2,h3,h4,h5,h6,a[href]:has(> span)") || element.querySelector(BLOCKS)) continue;
    const mark = element.ownerDocument.createElement(name);
    mark.append(...element.childNodes);
    element.append(mark);
  }
  return undefined;
};

// Word writes its lists as paragraphs that begin with a drawn bullet or number.
const gatherLists = (root) => {
  let list = null;
  for (const item of [...root.querySelectorAll("p")]) {
    const style = item.dataset.style || "";
    const level = /mso-list:\s*l\d+\s+level(\d)/i.exec(style);
    if (!level) {
      list = null;
      continue;
    }
    const drawn = [...item.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(span.dataset.style || ""));
    const isNumbered = /^\s*[\dA-Za-z]+[.)]/.test(drawn?.textContent || "");
    drawn?.remove();
    if (!list || list.nextElementSibling !== item) {
      list = root.ownerDocument.createElement(isNumbered ? "ol" : "ul");
      item.before(list);
    }
    const entry = root.ownerDocument.createElement("li");
    entry.append(...item.childNodes);
    list.append(entry);
    item.remove();
  }
};

export const clean = (html) => {
  const { body } = parse(html.replace(/<!--[\s\S]*?-->|<!\[[^\]]*\]>/g, ""));
  body.querySelectorAll("script,style,meta,link,title,head,template,noscript,form,input,button,nav,svg,iframe").forEach((element) => element.remove());
  gatherLists(body);
  [...body.querySelectorAll("*")].forEach(toMeaning);
  for (const element of [...body.querySelectorAll("*")]) {
    for (const { name } of [...element.attributes]) {
      if (!/^(href|src|alt|colspan|rowspan|start|data-source|data-image|data-pm-slice)$/.test(name)) element.removeAttribute(name);
    }
    if (element.tagName.includes(":")) unwrap(element);
    else if (NAMES[element.tagName]) rename(element, NAMES[element.tagName]);
  }
  body.querySelectorAll("p,span").forEach((element) => {
    if (!element.textContent.trim() && !element.querySelector("img,br,cite")) element.remove();
  });
  body.querySelectorAll("img").forEach((image) => {
    if (!image.getAttribute("src")?.startsWith("/media/")) image.remove(); // no page of ours asks anybody else
  });
  return body.innerHTML;
};

export const Pasting = Extension.create({
  name: "pasting",

  addProseMirrorPlugins() {
    return [new Plugin({ props: { transformPastedHTML: clean } })];
  },
});
