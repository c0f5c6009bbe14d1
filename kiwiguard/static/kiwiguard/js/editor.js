// What the newsroom's editor adds to django-prose-editor: citations, pictures by their key, and no class names.
// It is loaded as an extension module; the exports replace those of the same name.
import {
  Caption as BaseCaption,
  Figure as BaseFigure,
  Image as BaseImage,
  InputRule,
  Node,
  updateAttrsDialog,
} from "django-prose-editor/editor";

const ROWS = "#sources-group .inline-related:not(.empty-form)";

const makeKey = () => {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789";
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => letters[byte % letters.length]).join("");
};

// The sources as the form has them now, in the order of their numbers; a new row gets its key here.
const sources = () =>
  [...document.querySelectorAll(ROWS)]
    .filter((row) => !row.querySelector('input[name$="-DELETE"]')?.checked)
    .map((row) => {
      const key = row.querySelector('input[name$="-key"]');
      if (key && !key.value) key.value = makeKey();
      const field = (name) => row.querySelector(`[name$="-${name}"]`)?.value.trim() || "";
      return { key: key?.value, position: Number(field("position")) || 0, title: field("title") || field("url") };
    })
    .filter((source) => source.key)
    .sort((one, other) => one.position - other.position)
    .map((source, index) => ({ ...source, number: index + 1 }));

const label = (node) => {
  const source = sources().find((entry) => entry.key === node.attrs.source);
  return source ? [String(source.number), source.title] : ["?", "This source is not in the list any more."];
};

export const Citation = Node.create({
  name: "citation",
  group: "inline",
  inline: true,
  atom: true,

  addAttributes() {
    return {
      source: {
        default: "",
        parseHTML: (element) => element.getAttribute("data-source"),
        renderHTML: ({ source }) => ({ "data-source": source }),
      },
    };
  },

  parseHTML() {
    return [{ tag: "cite[data-source]" }];
  },

  renderHTML({ HTMLAttributes }) {
    return ["cite", HTMLAttributes];
  },

  renderText({ node }) {
    return `[${label(node)[0]}]`;
  },

  addNodeView() {
    return ({ node }) => {
      const dom = document.createElement("cite");
      const show = () => {
        const [number, title] = label(node);
        dom.textContent = number;
        dom.title = title;
        dom.setAttribute("aria-label", `Citation of source ${number}: ${title}`);
      };
      dom.className = "citation";
      dom.setAttribute("role", "img");
      show();
      document.addEventListener("sources:changed", show);
      return { dom, destroy: () => document.removeEventListener("sources:changed", show) };
    };
  },

  addCommands() {
    return {
      cite:
        () =>
        ({ editor }) => {
          const listed = sources().map((source) => `${source.number}. ${source.title}`);
          if (!listed.length) {
            window.alert("There is no source to cite yet: add one to the list below the text first.");
            return true;
          }
          const fields = { source: { title: "Source", enum: listed } };
          const ask = updateAttrsDialog(fields, { title: "Cite a source", submitText: "Cite" });
          ask(editor, {}).then((answer) => {
            const source = answer && sources()[listed.indexOf(answer.source)];
            const citation = source && { type: this.name, attrs: { source: source.key } };
            if (citation) editor.chain().focus().insertContent(citation).run();
          });
          return true;
        },
    };
  },

  // A typed [2] or [1, 3] becomes a citation at once, as it would on saving.
  addInputRules() {
    return [
      new InputRule({
        find: /\s?\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]$/,
        handler: ({ state, range, match, chain }) => {
          const listed = sources();
          const cited = match[1].split(",").map((number) => listed[Number(number) - 1]);
          if (cited.includes(undefined) || state.selection.$from.parent.type.spec.code) return null;
          const nodes = cited.map(({ key }) => ({ type: this.name, attrs: { source: key } }));
          chain().deleteRange(range).insertContent(nodes).run();
        },
      }),
    ];
  },

  addKeyboardShortcuts() {
    return { "Mod-Shift-e": () => this.editor.commands.cite() };
  },

  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "cite",
      groups: "cite",
      button: buttons.text("[1]", "cite a source (Ctrl+Shift+E)"),
      command: (editor) => editor.commands.cite(),
    });
  },
});

export const Image = BaseImage.extend({
  addAttributes() {
    return {
      src: { default: null },
      alt: { default: "" },
      file: {
        default: null,
        parseHTML: (element) => element.getAttribute("data-image"),
        renderHTML: ({ file }) => (file ? { "data-image": file } : {}),
      },
    };
  },
});

export const Figure = BaseFigure.extend({ addAttributes: () => ({}) });
export const Caption = BaseCaption.extend({ addAttributes: () => ({}) });

// Below the text: how long it is. Above it: the name that a label gives to a text box, for those who can't see it.
const WORDS_A_MINUTE = 230;

const equip = ({ editor, textarea }) => {
  const field = document.querySelector(`label[for="${textarea.id}"]`);
  const help = document.getElementById(`${textarea.id}_helptext`);
  editor.view.dom.setAttribute("role", "textbox");
  editor.view.dom.setAttribute("aria-multiline", "true");
  editor.view.dom.setAttribute("aria-label", field ? field.textContent.replace(/:$/, "") : "Text");
  if (help) editor.view.dom.setAttribute("aria-describedby", help.id);
  field?.addEventListener("click", () => editor.commands.focus());

  const length = document.createElement("p");
  length.className = "text-length";
  textarea.closest(".form-row").append(length);

  const passages = document.getElementById("passages");
  const look = () => {
    const words = (editor.getText().match(/[\p{L}\p{N}][\p{L}\p{N}’'-]*/gu) || []).length;
    const minutes = Math.max(1, Math.round(words / WORDS_A_MINUTE));
    length.textContent = `${words} word${words === 1 ? "" : "s"}, ${minutes} minute${minutes === 1 ? "" : "s"} to read`;
    if (!passages) return;
    const said = [];
    editor.state.doc.descendants((node) => {
      if (node.isTextblock && node.textContent.trim()) said.push(node.textContent.trim().slice(0, 1000));
    });
    passages.replaceChildren(...said.map((value) => Object.assign(document.createElement("option"), { value })));
  };
  let timer;
  editor.on("update", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 300);
  });
  look();
  document.dispatchEvent(new Event("sources:changed"));
};

document.addEventListener("prose-editor:ready", (event) => equip(event.detail));
for (const name of ["input", "formset:added", "formset:removed"]) {
  document.addEventListener(name, (event) => {
    if (event.target.closest?.("#sources-group")) document.dispatchEvent(new Event("sources:changed"));
  });
}
