// The phone page: shoppers' chats fed by the sandbox. Everything that comes from outside goes in as text, never as markup.
"use strict";

const messagesKept = 300; // per chat
const phonesAtFirst = 4;

const state = {
  seq: 0,
  numbers: [],
  number: "",
  shoppers: new Map(), // key → shopper
  open: [], // keys of the phones on the stage
  current: "", // the phone in front on a small screen
  chats: new Map(), // "number|shopper" → array of messages
  byWamid: new Map(),
  chaos: "none",
};

const $ = (id) => document.getElementById(id);

/** An element with properties, attributes (`data-…`, `aria-…`) and children; strings become text. */
function el(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null) continue;
    if (name.includes("-") || name === "role") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function svg(viewBox, className, ...paths) {
  const ns = "http://www.w3.org/2000/svg";
  const node = document.createElementNS(ns, "svg");
  node.setAttribute("viewBox", viewBox);
  node.setAttribute("class", className);
  node.setAttribute("aria-hidden", "true");
  for (const [d, cls] of paths) {
    const path = document.createElementNS(ns, "path");
    path.setAttribute("d", d);
    if (cls) path.setAttribute("class", cls);
    node.append(path);
  }
  return node;
}

// ---- talking to the sandbox

async function call(path, body) {
  const answer = await fetch(path, body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.detail || `the sandbox answered ${answer.status}`);
  return json;
}

let toastTimer = 0;
function complain(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 5000);
}

async function say(key, content) {
  const shopper = state.shoppers.get(key);
  try {
    await call("/_sandbox/inbound", {
      phone_number_id: state.number,
      from: shopper.phone || undefined,
      user_id: shopper.user_id || undefined,
      ...content,
    });
  } catch (failure) {
    complain(failure.message);
  }
}

function live(word, text) {
  $("live").dataset.state = word;
  $("live-text").textContent = text;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function listen() {
  for (;;) {
    try {
      await refresh();
      for (;;) {
        const feed = await call(`/_sandbox/feed?after=${state.seq}&wait_ms=25000`);
        if (feed.seq < state.seq) break; // the sandbox started anew
        feed.items.forEach(apply);
        state.seq = feed.seq;
        live("live", "live");
      }
    } catch {
      live("lost", "no connection, trying again");
      await pause(1000);
    }
  }
}

/** Reads everything again; the chats are rebuilt from the feed. */
async function refresh() {
  const now = await call("/_sandbox/state");
  state.seq = 0;
  state.chats.clear();
  state.byWamid.clear();
  state.shoppers.clear();
  state.numbers = now.numbers;
  if (!state.numbers.some((n) => n.phone_number_id === state.number)) state.number = now.numbers[0]?.phone_number_id || "";
  $("number").replaceChildren(...now.numbers.map((n) => el("option", {
    value: n.phone_number_id,
    selected: n.phone_number_id === state.number,
  }, `${n.verified_name}, ${pretty(n.display_phone_number)}`)));
  showChaos(now.chaos);
  now.shoppers.forEach((shopper) => state.shoppers.set(shopper.key, shopper));
  if (now.shoppers.length === 0) {
    await call("/_sandbox/shoppers", { phone: "254712345678", name: "Amina" });
    await call("/_sandbox/shoppers", { phone: "254733221100", name: "Juma" });
  }
  const feed = await call("/_sandbox/feed?after=0");
  state.loading = true;
  feed.items.forEach(apply);
  state.loading = false;
  state.seq = feed.seq;
  state.open = state.open.filter((key) => state.shoppers.has(key));
  for (const key of state.shoppers.keys()) if (state.open.length < phonesAtFirst) openPhone(key, false);
  draw();
  live("live", "live");
}

// ---- what happened

function apply(item) {
  if (item.kind === "shopper") {
    const known = state.shoppers.has(item.shopper.key);
    state.shoppers.set(item.shopper.key, item.shopper);
    if (state.loading) return;
    if (!known && state.open.length < phonesAtFirst) openPhone(item.shopper.key, true);
    else drawCaption(item.shopper.key);
  } else if (item.kind === "chaos") {
    showChaos(item.spec);
  } else if (item.kind === "in" || item.kind === "out") {
    add(item);
  } else if (item.kind === "status") {
    progress(item.wamid, item.status);
  } else if (item.kind === "acknowledged") {
    progress(item.wamid, "delivered");
  } else if (item.kind === "seen") {
    seen(item);
  }
}

function add(item) {
  const chatKey = `${item.phone_number_id}|${item.shopper}`;
  if (!state.chats.has(chatKey)) state.chats.set(chatKey, []);
  const chat = state.chats.get(chatKey);
  const message = { ...item, mine: item.kind === "in", status: item.kind === "in" ? "sent" : "pending", chatKey };
  chat.push(message);
  state.byWamid.set(message.wamid, message);
  if (chat.length > messagesKept) {
    const old = chat.shift();
    state.byWamid.delete(old.wamid);
    old.node?.remove();
  }
  if (!message.mine) hideTyping(item.shopper);
  if (!state.loading && item.phone_number_id === state.number && state.open.includes(item.shopper)) drawMessage(message);
}

const rank = { pending: 0, sent: 1, delivered: 2, read: 3, played: 4, failed: 5 };

function progress(wamid, status) {
  const message = state.byWamid.get(wamid);
  if (!message || rank[status] <= rank[message.status]) return;
  message.status = status;
  if (message.bubble) {
    message.bubble.dataset.status = status;
    message.bubble.querySelector(".foot .sr").title = tickText(message);
  }
}

/** The business marked a message, and so all before it, as read. */
function seen(item) {
  const message = state.byWamid.get(item.wamid);
  if (!message) return;
  for (const other of state.chats.get(message.chatKey)) {
    if (other.mine) progress(other.wamid, "read");
    if (other === message) break;
  }
  if (item.typing && !state.loading && message.phone_number_id === state.number) showTyping(message.shopper);
}

const tickText = (m) => (m.mine ? "The business: " : "The business was told: ") + ({
  pending: "nothing yet", sent: m.mine ? "not answered yet" : "sent", delivered: m.mine ? "answered 200" : "delivered",
}[m.status] || m.status);

// ---- drawing

function pretty(digits) {
  if (!/^\d{9,15}$/.test(digits || "")) return digits || "";
  const code = digits.startsWith("1") || digits.startsWith("7") ? 1 : digits.startsWith("2") ? 3 : 2;
  return `+${digits.slice(0, code)} ${digits.slice(code).replace(/(\d{3})(?=\d{3})/g, "$1 ")}`;
}

const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

function hue(text) {
  let sum = 7;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}

const phoneNode = (key) => document.querySelector(`.phone[data-key="${CSS.escape(key)}"]`);

function openPhone(key, redraw) {
  if (!state.open.includes(key)) state.open.push(key);
  if (!state.open.includes(state.current)) state.current = key;
  if (redraw) {
    $("stage").append(buildPhone(key));
    drawTabs();
  }
}

function closePhone(key) {
  state.open = state.open.filter((other) => other !== key);
  if (state.current === key) state.current = state.open[0] || "";
  phoneNode(key)?.remove();
  drawTabs();
}

function draw() {
  $("stage").replaceChildren(...state.open.map(buildPhone));
  drawTabs();
}

function drawTabs() {
  $("tabs").replaceChildren(...state.open.map((key) => {
    const shopper = state.shoppers.get(key);
    const tab = el("button", { type: "button", "aria-current": String(key === state.current) }, shopper.name || pretty(key));
    tab.onclick = () => { state.current = key; drawTabs(); };
    return tab;
  }));
  document.querySelectorAll(".phone").forEach((node) => node.classList.toggle("current", node.dataset.key === state.current));
}

function drawCaption(key) {
  const node = phoneNode(key);
  if (!node) return;
  const shopper = state.shoppers.get(key);
  node.querySelector(".caption strong").textContent = shopper.name || "Shopper";
  node.querySelector(".caption .who").textContent = pretty(shopper.phone) || shopper.user_id;
  node.querySelector(".caption .tag").hidden = !(shopper.hide_phone && shopper.user_id);
  drawTabs();
}

function buildPhone(key) {
  const shopper = state.shoppers.get(key);
  const name = shopper.name || "Shopper";
  const business = state.numbers.find((n) => n.phone_number_id === state.number) || { verified_name: "?", display_phone_number: "" };
  const shut = el("button", { type: "button", "aria-label": `Close ${name}'s phone`, textContent: "×" });
  shut.onclick = () => closePhone(key);
  const avatar = el("div", { className: "avatar", "aria-hidden": "true" }, [...business.verified_name][0] || "?");
  avatar.style.setProperty("--hue", hue(business.verified_name));
  const chat = el("div", { className: "chat", role: "log", "aria-live": "polite", "aria-label": `Chat of ${name}`, tabIndex: 0, "data-testid": "chat" });
  const input = el("input", { "aria-label": `Message from ${name}`, placeholder: "Message", autocomplete: "off", maxLength: 4096, enterKeyHint: "send", "data-testid": "input" });
  const send = el("button", { type: "submit", "aria-label": "Send", "data-testid": "send" }, svg("0 0 24 24", "", ["M3.4 20.4 21 12.9a1 1 0 0 0 0-1.8L3.4 3.6a.7.7 0 0 0-1 .8L4 10.6l9 1.4-9 1.4-1.6 6.2a.7.7 0 0 0 1 .8z"]));
  const composer = el("form", { className: "composer" }, input, send);
  composer.onsubmit = (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    say(key, { text });
  };
  const node = el("section", { className: "phone", "data-key": key, "data-testid": `shopper-${key}`, "aria-label": `${name}'s phone` },
    el("div", { className: "caption" }, el("strong", {}, name), el("span", { className: "who" }, pretty(shopper.phone) || shopper.user_id),
      el("span", { className: "tag", hidden: !(shopper.hide_phone && shopper.user_id) }, "number hidden"), shut),
    el("div", { className: "device" },
      el("div", { className: "head" }, avatar,
        el("div", { className: "title" }, el("b", {}, business.verified_name), el("span", { className: "presence" }, pretty(business.display_phone_number)))),
      chat, composer));
  node.classList.toggle("current", key === state.current);
  const messages = state.chats.get(`${state.number}|${key}`) || [];
  if (messages.length === 0) chat.append(emptyChat(key));
  queueMicrotask(() => messages.forEach((message) => drawMessage(message)));
  return node;
}

function emptyChat(key) {
  const hi = el("button", { type: "button", className: "button", "data-testid": "say-hi" }, "Say hi 👋");
  hi.onclick = () => say(key, { text: "hi" });
  return el("div", { className: "empty" }, "No messages yet.", hi);
}

const kindIcons = { image: "🖼️", video: "🎬", audio: "🎙️", document: "📄", sticker: "🏷️", location: "📍", contacts: "👤", template: "🧾" };

/** WhatsApp's own marks, *bold* _italic_ ~struck~ ```mono```, and addresses, as elements. */
function formatted(text) {
  const out = document.createDocumentFragment();
  const marks = /```([^]+?)```|(?<![\p{L}\p{N}])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_([^\s_](?:[^_\n]*[^\s_])?)_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])~([^\s~](?:[^~\n]*[^\s~])?)~(?![\p{L}\p{N}])|(https?:\/\/[^\s<>"]+)/gu;
  let from = 0;
  for (const hit of text.matchAll(marks)) {
    out.append(text.slice(from, hit.index));
    const which = [1, 2, 3, 4].find((i) => hit[i] !== undefined) || 5;
    const inner = el([null, "code", "strong", "em", "s", "a"][which]);
    if (which === 5) Object.assign(inner, { href: hit[5], target: "_blank", rel: "noopener" });
    if (which === 1 || which === 5) inner.textContent = hit[which];
    else inner.append(formatted(hit[which]));
    out.append(inner);
    from = hit.index + hit[0].length;
  }
  out.append(text.slice(from));
  return out;
}

/** The words of a message, for its bubble and for quoting it. */
function words(message) {
  const m = message.message;
  const type = m.type || "text";
  if (type === "text") return m.text?.body || "";
  if (type === "interactive") {
    const part = m.interactive || {};
    return part.list_reply?.title || part.button_reply?.title || part.body?.text || part.type || "";
  }
  if (type === "button") return m.button?.text || "";
  if (type === "order") return (m.order?.product_items || []).map((item) => `${item.quantity} × ${item.product_retailer_id}`).join("\n");
  if (type === "location") return [m.location?.name, m.location?.address].filter(Boolean).join("\n") || "Location";
  if (type === "contacts") return (m.contacts || []).map((c) => c.name?.formatted_name || "").join(", ");
  if (type === "template") return [m.template?.name, ...(m.template?.components || []).flatMap((c) => c.parameters || []).map((p) => p.text).filter(Boolean)].join(" · ");
  return m[type]?.caption || m[type]?.filename || "";
}

function quoteOf(message) {
  const id = message.message.context?.message_id || message.message.context?.id;
  const quoted = id && state.byWamid.get(id);
  if (!quoted) return null;
  const business = state.numbers.find((n) => n.phone_number_id === message.phone_number_id);
  return el("div", { className: "quote" }, el("b", {}, quoted.mine ? "You" : business?.verified_name || "Business"),
    el("span", {}, formatted(words(quoted).replace(/\s+/g, " "))));
}

function replyContext(message, content) {
  say(message.shopper, { ...content, context_id: message.wamid });
}

/** The products of a catalog that a message shows; null when it shows none. */
function goodsOf(part) {
  const action = part.action || {};
  if (part.type === "product_list") return { catalog: action.catalog_id, sections: action.sections || [] };
  const single = part.type === "product" ? [action] : [];
  const cards = part.type === "carousel" ? (action.cards || []).filter((card) => card.type === "product").map((card) => card.action || {}) : [];
  const shown = [...single, ...cards];
  return shown.length === 0 ? null : { catalog: shown[0].catalog_id, sections: [{ product_items: shown }] };
}

/** What can be pressed under a message: buttons of it, and those that sit inside the bubble. */
function choices(message) {
  const part = message.message.interactive;
  const inside = [];
  const below = [];
  if (message.message.type !== "interactive" || !part) return { inside, below };
  if (part.type === "list") {
    const open = el("button", { type: "button", className: "option", "data-testid": "open-list", "aria-haspopup": "dialog" },
      svg("0 0 24 24", "", ["M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01"]), part.action?.button || "Choose");
    open.onclick = () => openList(message, open);
    inside.push(open);
  } else if (part.type === "button") {
    for (const { reply } of part.action?.buttons || []) {
      const button = el("button", { type: "button", className: "option", "data-testid": "reply-button", "data-id": reply.id },
        svg("0 0 24 24", "", ["M10 7 5 12l5 5M5 12h9a5 5 0 0 1 5 5v1"]), reply.title);
      button.onclick = () => replyContext(message, { button_reply: { id: reply.id, title: reply.title } });
      below.push(button);
    }
  } else if (part.type === "cta_url") {
    const to = part.action?.parameters || {};
    const safe = /^https?:\/\//i.test(to.url || "");
    inside.push(el("a", { className: "option", href: safe ? to.url : undefined, target: "_blank", rel: "noopener noreferrer" }, `↗ ${to.display_text || "Open"}`));
  } else if (goodsOf(part)) {
    const open = el("button", { type: "button", className: "option", "data-testid": "open-goods", "aria-haspopup": "dialog" }, "View items");
    open.onclick = () => openGoods(message, open, goodsOf(part));
    inside.push(open);
  }
  return { inside, below };
}

function bubbleOf(message) {
  const m = message.message;
  const type = m.type || "text";
  const part = type === "interactive" ? m.interactive || {} : {};
  const icon = kindIcons[type] || (type === "interactive" && part.header && part.header.type !== "text" ? kindIcons[part.header.type] : null);
  const { inside, below } = choices(message);
  const ticks = svg("0 0 17 11", "ticks", ["M1 6l3.4 3.6L11 1.6"], ["M6.4 8.4l1.4 1.2L14.6 1.6", "second"]);
  const foot = el("span", { className: "foot" }, el("time", { dateTime: new Date(message.at).toISOString() }, clock(message.at)), el("span", { className: "sr", title: tickText(message) }, ticks));
  const text = words(message);
  const bubble = el("div", { className: "bubble", "data-testid": message.mine ? "bubble-out" : "bubble-in", "data-status": message.status, "data-wamid": message.wamid },
    quoteOf(message),
    icon ? el("div", { className: "media" }, el("i", { "aria-hidden": "true" }, icon), type === "interactive" ? part.header.type : type) : null,
    part.header?.type === "text" ? el("div", { className: "heading" }, part.header.text || "") : null,
    el("span", { className: "body", "data-testid": "body" }, formatted(text)),
    part.footer?.text ? el("div", { className: "footer" }, part.footer.text) : null,
    foot, ...inside);
  return { bubble, below };
}

function drawMessage(message) {
  const chat = phoneNode(message.shopper)?.querySelector(".chat");
  if (!chat) return;
  chat.querySelector(".empty")?.remove();
  if (message.message.type === "reaction") return drawReaction(message, chat);
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
  if (!chat.querySelector(".day")) chat.append(el("div", { className: "day" }, "Today"));
  const last = chat.querySelector(".turn:last-of-type");
  const { bubble, below } = bubbleOf(message);
  const turn = el("div", { className: `turn ${message.mine ? "mine" : "theirs"}` }, bubble);
  if (!last || last.classList.contains("mine") !== message.mine) turn.classList.add("fresh");
  if (below.length > 0) turn.append(el("div", { className: "options" }, ...below));
  message.node = turn;
  message.bubble = bubble;
  const typing = chat.querySelector(".typing");
  if (typing) typing.before(turn);
  else chat.append(turn);
  if (atEnd || message.mine || chat.querySelectorAll(".turn").length < 3) chat.scrollTop = chat.scrollHeight;
}

function drawReaction(message, chat) {
  const target = state.byWamid.get(message.message.reaction?.message_id);
  target?.node?.querySelector(".reaction")?.remove();
  const emoji = message.message.reaction?.emoji;
  if (target?.node && emoji) target.node.append(el("span", { className: "reaction", "data-testid": "reaction" }, emoji));
  chat.scrollTop = chat.scrollHeight;
}

const typingTimers = new Map();

function showTyping(key) {
  const chat = phoneNode(key)?.querySelector(".chat");
  if (!chat || chat.querySelector(".typing")) return;
  chat.append(el("div", { className: "typing", role: "img", "aria-label": "typing", "data-testid": "typing" }, el("i"), el("i"), el("i")));
  chat.scrollTop = chat.scrollHeight;
  clearTimeout(typingTimers.get(key));
  typingTimers.set(key, setTimeout(() => hideTyping(key), 25000));
}

function hideTyping(key) {
  phoneNode(key)?.querySelector(".typing")?.remove();
}

// ---- the sheet of a list message

function openList(message, opener) {
  const part = message.message.interactive;
  openSheet(message, opener, part.action?.button || "Choose", (part.action?.sections || []).map((section) => ({
    title: section.title,
    rows: (section.rows || []).map((row) => ({
      ...row,
      pick: () => replyContext(message, { list_reply: { id: row.id, title: row.title, description: row.description || undefined } }),
    })),
  })));
}

/** Each product as a row; tapping it orders one piece. */
async function openGoods(message, opener, goods) {
  let items = {};
  try {
    items = (await call(`/_sandbox/catalogs/${encodeURIComponent(goods.catalog)}`)).items || {};
  } catch {
    // nobody has filled that catalog: the ids have to do
  }
  openSheet(message, opener, "Items", goods.sections.map((section) => ({
    title: section.title,
    rows: (section.product_items || []).map(({ product_retailer_id: id }) => {
      const [price, currency] = (items[id]?.price || "").split(" ");
      const ordered = { product_retailer_id: id, quantity: 1, item_price: Number(price) || 0, currency: currency || undefined };
      return {
        id,
        title: items[id]?.title || id,
        description: items[id]?.price,
        pick: () => replyContext(message, { message: { type: "order", order: { catalog_id: goods.catalog, text: "", product_items: [ordered] } } }),
      };
    }),
  })));
}

function openSheet(message, opener, title, sections) {
  const device = phoneNode(message.shopper).querySelector(".device");
  const shut = () => { shade.remove(); opener.focus(); };
  const x = el("button", { type: "button", "aria-label": "Close", "data-testid": "close-list", textContent: "×" });
  x.onclick = shut;
  const rows = el("div", { className: "rows" });
  for (const section of sections) {
    if (section.title) rows.append(el("h3", {}, section.title));
    for (const row of section.rows) {
      const pick = el("button", { type: "button", className: "row-option", "data-testid": "list-row", "data-id": row.id },
        el("span", {}, el("b", {}, row.title), row.description ? el("small", {}, row.description) : null));
      pick.onclick = () => {
        shut();
        row.pick();
      };
      rows.append(pick);
    }
  }
  const sheet = el("div", { className: "sheet", role: "dialog", "aria-modal": "true", "aria-label": title, "data-testid": "sheet" },
    el("header", {}, el("h2", {}, title), x), rows);
  const shade = el("div", { className: "shade" }, sheet);
  shade.onclick = (event) => { if (event.target === shade) shut(); };
  shade.onkeydown = (event) => {
    const stops = [...sheet.querySelectorAll("button")];
    const at = stops.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1, Tab: event.shiftKey ? -1 : 1 }[event.key];
    if (event.key === "Escape") shut();
    else if (step) stops[(at + step + stops.length) % stops.length].focus();
    else return;
    event.preventDefault();
  };
  device.append(shade);
  (rows.querySelector("button") || x).focus({ preventScroll: true });
}

// ---- panels

document.querySelectorAll("[data-close]").forEach((button) => { button.onclick = () => button.closest("dialog").close(); });

$("open-add").onclick = () => {
  $("add-form").reset();
  $("add-wrong").textContent = "";
  const others = [...state.shoppers.values()].filter((shopper) => !state.open.includes(shopper.key)).slice(-40);
  $("others").hidden = others.length === 0;
  $("others-list").replaceChildren(...others.map((shopper) => {
    const chip = el("button", { type: "button", className: "button ghost" }, shopper.name || pretty(shopper.key));
    chip.onclick = () => { $("add").close(); openPhone(shopper.key, true); bringForward(shopper.key); };
    return chip;
  }));
  $("add").showModal();
  $("add-name").focus();
};

function bringForward(key) {
  state.current = key;
  drawTabs();
  phoneNode(key)?.scrollIntoView({ inline: "center", block: "nearest" });
  phoneNode(key)?.querySelector("input")?.focus({ preventScroll: true });
}

$("add-form").onsubmit = async (event) => {
  event.preventDefault();
  try {
    const shopper = await call("/_sandbox/shoppers", {
      name: $("add-name").value.trim(),
      phone: $("add-phone").value,
      user_id: $("add-user").value.trim(),
      hide_phone: $("add-hide").checked,
    });
    $("add").close();
    state.shoppers.set(shopper.key, shopper);
    if (!state.open.includes(shopper.key)) openPhone(shopper.key, true);
    bringForward(shopper.key);
  } catch (failure) {
    $("add-wrong").textContent = failure.message;
  }
};

const chances = [
  ["duplicate", "Webhooks sent twice"], ["reorder", "Webhooks overtaking"], ["status_loss", "Statuses lost"], ["fail", "Sends that fail later"],
  ["error5xx", "Answers 503"], ["error500", "Answers with a Graph error"], ["throttle", "Throughput refusals"], ["lost_answer", "Answers lost"],
];
const spans = [["delay_ms", "Webhook delay, ms", "0-200"], ["answer_ms", "Answer delay, ms", "0-500"]];
const switches = [["pair_limit", "Pair rate limit"], ["window", "24 h window enforced"]];
const presets = {
  Calm: "none",
  Bumpy: "duplicate=0.1,reorder=0.1,delay_ms=0-200,error500=0.03",
  Storm: "duplicate=0.3,reorder=0.3,delay_ms=0-800,status_loss=0.1,error5xx=0.1,error500=0.1,lost_answer=0.1",
};

const readSpec = (spec) => new Map(spec === "none" ? [] : spec.split(",").map((part) => part.trim().split("=")));
const writeSpec = (values) => [...values].map(([key, value]) => `${key}=${value}`).join(",") || "none";

function chaosControls() {
  const values = readSpec($("chaos-spec").value.trim() || "none");
  const change = (key, value, off) => {
    const now = readSpec($("chaos-spec").value.trim() || "none");
    if (value === off) now.delete(key);
    else now.set(key, value);
    $("chaos-spec").value = writeSpec(now);
  };
  const nodes = chances.map(([key, label]) => {
    const percent = Math.round(Number(values.get(key) || 0) * 100);
    const shown = el("span", {}, `${percent} %`);
    const slider = el("input", { type: "range", min: "0", max: "100", value: String(percent), "data-testid": `chaos-${key}` });
    slider.oninput = () => { shown.textContent = `${slider.value} %`; change(key, String(Number(slider.value) / 100), "0"); };
    return el("label", {}, el("span", { className: "top" }, label, shown), slider);
  });
  for (const [key, label, hint] of spans) {
    const input = el("input", { value: values.get(key) || "", placeholder: hint, autocomplete: "off" });
    input.setAttribute("inputmode", "text");
    input.oninput = () => change(key, input.value.trim(), "");
    nodes.push(el("label", {}, label, input));
  }
  for (const [key, label] of switches) {
    const box = el("input", { type: "checkbox", checked: values.get(key) === "on" });
    box.onchange = () => change(key, box.checked ? "on" : "off", "off");
    nodes.push(el("label", { className: "check" }, box, label));
  }
  $("chaos-keys").replaceChildren(...nodes);
}

function showChaos(spec) {
  state.chaos = spec;
  $("chaos-badge").hidden = spec === "none";
}

$("presets").replaceChildren(...Object.entries(presets).map(([name, spec]) => {
  const chip = el("button", { type: "button", className: "button ghost" }, name);
  chip.onclick = () => { $("chaos-spec").value = spec; chaosControls(); };
  return chip;
}));
$("chaos-spec").onchange = chaosControls;
$("open-chaos").onclick = () => {
  $("chaos-wrong").textContent = "";
  $("chaos-spec").value = state.chaos;
  chaosControls();
  $("chaos").showModal();
};
$("chaos-form").onsubmit = async (event) => {
  event.preventDefault();
  try {
    showChaos((await call("/_sandbox/chaos", { spec: $("chaos-spec").value.trim() || "none" })).chaos);
    $("chaos").close();
  } catch (failure) {
    $("chaos-wrong").textContent = failure.message;
  }
};

$("number").onchange = () => { state.number = $("number").value; draw(); };

const systemDark = matchMedia("(prefers-color-scheme: dark)");
let chosenTheme = localStorage.getItem("theme");
const showTheme = () => { document.documentElement.dataset.theme = chosenTheme || (systemDark.matches ? "dark" : "light"); };
systemDark.addEventListener("change", showTheme);
$("theme").onclick = () => {
  chosenTheme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", chosenTheme);
  showTheme();
};
showTheme();

// ---- M-Pesa's prompts, on the phones that they go to

const prompts = { shown: "", done: new Set() };

async function answerPrompt(what) {
  const id = prompts.shown;
  if (!id) return;
  prompts.done.add(id);
  prompts.shown = "";
  $("prompt").close();
  try {
    await call(`/_sandbox/payments/${encodeURIComponent(id)}`, { do: what });
  } catch (failure) {
    complain(failure.message);
  }
}

function showPrompt(prompt) {
  prompts.shown = prompt.id;
  $("prompt-phone").textContent = pretty(prompt.phone);
  $("prompt-text").textContent = `Do you want to pay KSh ${Number(prompt.shillings).toLocaleString("en")}.00 to ${prompt.party_b}, account ${prompt.reference}?`;
  $("prompt-pin").value = "";
  $("prompt").showModal();
}

$("prompt-form").onsubmit = (event) => {
  event.preventDefault();
  answerPrompt($("prompt-pin").value === "1234" ? "right_pin" : "wrong_pin");
};
$("prompt-cancel").onclick = () => answerPrompt("cancel");
$("prompt").oncancel = (event) => { event.preventDefault(); answerPrompt("cancel"); };

async function watchPrompts() {
  for (;;) {
    try {
      const { daraja } = await call("/_sandbox/payments");
      const waiting = daraja.prompts.filter((one) => one.code === "");
      if (prompts.shown && !waiting.some((one) => one.id === prompts.shown)) {
        prompts.shown = ""; // it has ended by itself
        $("prompt").close();
      }
      const next = waiting.find((one) => !prompts.done.has(one.id) && [...state.shoppers.values()].some((s) => s.phone === one.phone));
      if (next && !prompts.shown && !document.querySelector("dialog[open]")) showPrompt(next);
    } catch { /* the line above says that there is no connection */ }
    await pause(1000);
  }
}

listen();
watchPrompts();
