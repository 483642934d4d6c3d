// A shop of a few lines, so that the phone page is tested without the rest: it takes signed webhooks and answers
// through the Graph API.
import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const list = (body, button, title, rows) => ({
  type: "interactive",
  interactive: { type: "list", header: { type: "text", text: "Duka la Mama Njeri" }, body: { text: body }, footer: { text: "Prices include VAT" }, action: { button, sections: [{ title, rows }] } },
});
const buttons = (body, ...titles) => ({
  type: "interactive",
  interactive: { type: "button", body: { text: body }, action: { buttons: titles.map(([id, title]) => ({ type: "reply", reply: { id, title } })) } },
});
const text = (body) => ({ type: "text", text: { body } });

const inEnglish = {
  hi: (name) => buttons(`Hi ${name}, welcome to *Duka la Mama Njeri*. What would you like to do?`, ["shop", "Shop"], ["order", "My order"], ["human", "Talk to us"]),
  shop: () => list("Choose a category", "See categories", "Categories", [
    { id: "cat:tea", title: "Tea & coffee", description: "From Kericho and Nyeri" },
    { id: "cat:fruit", title: "Fruit & vegetables", description: "Fresh this morning" },
    { id: "cat:home", title: "For the house", description: "Soap, matches, charcoal" },
  ]),
  "cat:tea": () => list("Tea & coffee: pick an item", "See items", "In stock", [
    { id: "p:chai", title: "Kericho chai 250 g", description: "KES 250.00" },
    { id: "p:kahawa", title: "Nyeri kahawa 500 g", description: "KES 780.00" },
  ]),
  "p:chai": () => buttons("*Kericho chai 250 g*\nStrong, bright, second flush.\nKES 250.00", ["add:1", "Add 1"], ["add:2", "Add 2"], ["shop", "Back"]),
  "add:2": () => text("Added: Kericho chai 250 g x2. Cart: KES 500."),
  cart: () => buttons("Your cart\n2 × Kericho chai 250 g: KES 500.00\n*Total: KES 500*", ["pay", "Check out"], ["shop", "Keep shopping"]),
};
const inSwahili = {
  habari: (name) => buttons(`Habari ${name}, karibu *Duka la Mama Njeri*. Ungependa kufanya nini?`, ["shop-sw", "Nunua"], ["order", "Oda yangu"], ["human", "Ongea nasi"]),
  "shop-sw": () => list("Chagua aina ya bidhaa", "Tazama aina", "Aina", [
    { id: "cat:tea", title: "Chai na kahawa", description: "Kutoka Kericho na Nyeri" },
    { id: "cat:fruit", title: "Matunda na mboga", description: "Za leo asubuhi" },
  ]),
};
const answers = { ...inEnglish, ...inSwahili };

/** Starts the shop; `graphUrl` may be set on the result once it is known. `received` holds every webhook body. */
export async function startFakeShop(appSecret) {
  const shop = { graphUrl: "", received: [], unsigned: 0, close: undefined, port: 0 };
  const send = (numberId, body) => fetch(`${shop.graphUrl}v23.0/${numberId}/messages`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: "Bearer any" },
    body: JSON.stringify({ messaging_product: "whatsapp", ...body }),
  });

  async function handle(value) {
    const numberId = value.metadata.phone_number_id;
    for (const message of value.messages || []) {
      const name = value.contacts?.[0]?.profile?.name || "friend";
      const chosen = message.interactive?.list_reply?.id || message.interactive?.button_reply?.id || (message.text?.body || "").trim().toLowerCase();
      await send(numberId, { status: "read", message_id: message.id, typing_indicator: { type: "text" } });
      const answer = answers[chosen]?.(name) || text(`You wrote: ${message.text?.body || chosen}`);
      const to = message.from ? { to: message.from } : { recipient: message.from_user_id };
      await send(numberId, { ...to, ...answer });
    }
  }

  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const wanted = Buffer.from(`sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}`);
      const got = Buffer.from(request.headers["x-hub-signature-256"] || "");
      if (got.length !== wanted.length || !timingSafeEqual(got, wanted)) {
        shop.unsigned += 1;
        response.writeHead(403).end();
        return;
      }
      response.writeHead(200).end();
      const webhook = JSON.parse(body.toString("utf8"));
      shop.received.push(webhook);
      for (const entry of webhook.entry) for (const change of entry.changes) handle(change.value).catch((failure) => console.error(failure));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  shop.port = server.address().port;
  shop.close = async () => {
    server.close();
    server.closeAllConnections();
  };
  return shop;
}
