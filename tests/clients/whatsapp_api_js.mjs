// A client of the Cloud API that knows nothing of Wakala, with another base URL: it sends one of everything.
//   node whatsapp_api_js.mjs --base URL --token TOKEN --number ID --shopper PHONE… --stranger PHONE --lapsed PHONE
//     --user-id ID --wamid ID [--operator-token TOKEN] [--foreign-token TOKEN]
// Who the messages go to: to the shoppers in turn, who have all written within a day, as has the one with the user id; the
// stranger never has, the lapsed one did earlier. `wamid` is a shopper's message. Prints one line of JSON for each message:
// {name, sent, status, answer}. What is expected of each name is in client_test.py.
import { parseArgs } from "node:util";
import { WhatsAppAPI } from "whatsapp-api-js";
import {
  ActionButtons, ActionCallPermission, ActionCatalog, ActionContactRequest, ActionCTA, ActionDataExchangeFlow, ActionList,
  ActionLocation, ActionNavigateFlow, ActionProduct, ActionProductList, Address, Audio, Birthday, Body, BodyComponent,
  BodyParameter, Button, CarouselCard, CarouselComponent, CatalogComponent, CatalogProduct, Contacts, CopyComponent, Currency,
  DateTime, Document, Email, FlowComponent, Footer, Header, HeaderComponent, HeaderParameter, Image, Interactive, Language,
  ListSection, Location, LTOComponent, MPMComponent, Name, Organization, PayloadComponent, Phone, Product, ProductSection,
  Reaction, Row, SkipButtonComponent, Sticker, TapTargetComponent, Template, Text, Url, URLComponent, Video,
} from "whatsapp-api-js/messages";

const text = { type: "string" };
const { values: given } = parseArgs({
  options: {
    base: text, token: text, number: text, shopper: { type: "string", multiple: true }, stranger: text, lapsed: text,
    "user-id": text, wamid: text, "operator-token": text, "foreign-token": text,
  },
});

const graph = "https://graph.facebook.com/";
let seen; // the last request and its answer

/** The package's client; what it sends to Meta goes to the base URL. */
function clientWith(token) {
  return new WhatsAppAPI({
    token,
    secure: false,
    v: "v24.0",
    ponyfill: {
      async fetch(url, options) {
        if (!url.startsWith(graph)) throw new Error(`asked ${url}`);
        const answer = await fetch(`${given.base}/${url.slice(graph.length)}`, options);
        seen = { sent: JSON.parse(options.body), status: answer.status };
        return answer;
      },
    },
  });
}

const client = clientWith(given.token);
let turn = 0;

async function attempt(name, act) {
  seen = undefined;
  const answer = await act();
  console.log(JSON.stringify({ name, ...seen, answer }));
}

/** `how`: another client, number, receiver, quoted message or callback data than usual. */
function send(name, message, how = {}) {
  const to = how.to ?? { phone: given.shopper[turn++ % given.shopper.length] };
  const act = () => (how.client ?? client).sendMessage(how.number ?? given.number, to, message, how.quoting, how.callback);
  return attempt(name, act);
}

const interactive = (name, ...parts) => send(name, new Interactive(...parts));
const template = (name, ...parts) => send(name, new Template(...parts));

/** What the package's own checks would not let through. */
const forced = (message, members) => Object.assign(message, members);
const body = new Body("Habari, Duka hapa");
const footer = new Footer("Jibu wakati wowote");
const link = (file) => `https://shop.example/${file}`;
const numbered = (first, count, make) => Array.from({ length: count }, (_, i) => make(first + i));
const rows = (first, count) => numbered(first, count, (i) => new Row(`row-${i}`, `Mstari ${i}`, "Maelezo"));
const products = (first, count) => numbered(first, count, (i) => new Product(`sku-${i}`));
const unga = new CatalogProduct("sku-1", "9007199254740993");

// -- text, media, location, contacts, reactions

await send("text", new Text("Mzigo wako umefika. 📦 “Karibu”"));
await send("text with a preview", new Text("Tazama https://shop.example/unga", true));
await send("text of 4,096 characters", new Text("u".repeat(4096)));
await send("text of 4,096 emoji", forced(new Text("u"), { body: "😀".repeat(4096) }));
await send("text that quotes", new Text("Ndiyo"), { quoting: given.wamid });
const asWritten = given.shopper[0].replace(/^(...)(...)/, "+$1 ($2) ");
await send("text to a number as people write it", new Text("Ndiyo"), { to: { phone: asWritten } });
await send("text to a user id", new Text("Ndiyo"), { to: { bsuid: given["user-id"] } });
await send("text with callback data", new Text("Ndiyo"), { callback: "order-17" });
await send("text to a group", new Text("Ndiyo"), { to: { group: "120363012345678901" } });
await send("text that is empty", new Text(""));
await send("text of 4,097 characters", forced(new Text("u"), { body: "u".repeat(4097) }));
await send("text to no number", new Text("Ndiyo"), { to: { phone: "duka" } });

await send("audio by link", new Audio(link("sauti.mp3")));
await send("voice by id", new Audio("1037543291543636", true, true));
await send("document by link", new Document(link("bei.pdf"), false, "Bei za wiki", "bei.pdf"));
await send("document by id", new Document("1037543291543637", true, undefined, "risiti.pdf"));
await send("image by link", new Image(link("unga.jpg"), false, "Unga, kilo mbili"));
await send("image by id", new Image("1037543291543638", true));
await send("sticker by link", new Sticker(link("asante.webp")));
await send("sticker by id", new Sticker("1037543291543639", true));
await send("video by link", new Video(link("duka.mp4"), false, "Duka letu"));
await send("video by id", new Video("1037543291543640", true));
await send("image with a caption of 1,025 characters", new Image(link("unga.jpg"), false, "u".repeat(1025)));
await send("image with an empty id", new Image("", true));
await send("image of no address", new Image("shop.example/unga.jpg"));

await send("location", new Location(36.8219, -1.2921));
await send("location with a name", new Location(36.8219, -1.2921, "Duka", "Moi Avenue, Nairobi"));
await send("location off the map", new Location(36.8219, 91));

const amina = [
  new Name("Amina Wanjiru", "Amina", "Wanjiru"), new Phone("+254722000001", "WORK", "254722000001"),
  new Email("amina@shop.example", "WORK"), new Url("https://shop.example", "WORK"), new Organization("Duka", "Mauzo", "Meneja"),
  new Birthday("1999", "01", "23"), new Address("Kenya", "KE", "Nairobi", "Nairobi", "Moi Avenue", "00100", "WORK"),
];
await send("contacts as the package writes them", new Contacts(amina));
await send("contacts", forced(new Contacts(amina, [new Name("Juma", "Juma"), new Phone("+254722000002")]), {
  toJSON() {
    return this.component;
  },
}));

await send("reaction", new Reaction(given.wamid, "👍"));
await send("reaction taken back", new Reaction(given.wamid));
await send("reaction that quotes", new Reaction(given.wamid, "👍"), { quoting: given.wamid });

// -- interactive

const yes = new Button("yes", "Ndiyo");
const threeButtons = new ActionButtons(yes, new Button("no", "Hapana"), new Button("later", "Baadaye"));
const fourButtons = forced(new ActionButtons(yes), { buttons: ["a", "b", "c", "d"].map((id) => new Button(id, id)) });
const likeButtons = forced(new ActionButtons(yes), { buttons: [yes, new Button("yes", "Hapana")] });
const priceList = new Document(link("bei.pdf"), false, undefined, "bei.pdf");
const longBody = forced(new Body("u"), { text: "u".repeat(1025) });
await interactive("buttons", threeButtons, body, new Header("Agizo lako"), footer);
await interactive("buttons under an image", new ActionButtons(yes), body, new Header(new Image(link("unga.jpg"))));
await interactive("buttons under a video", new ActionButtons(yes), body, new Header(new Video("1037543291543640", true)));
await interactive("buttons under a document", new ActionButtons(yes), body, new Header(priceList));
await interactive("buttons, four of them", fourButtons, body);
await interactive("buttons with a title that ends in a blank", new ActionButtons(new Button("yes", "Ndiyo ")), body);
await interactive("buttons with one id twice", likeButtons, body);
await interactive("buttons without a body", new ActionButtons(yes));
await interactive("buttons under a body of 1,025 characters", new ActionButtons(yes), longBody);

const list = (...sections) => new ActionList("Chagua", ...sections);
const twoSections = (count) => list(new ListSection("Vitu", ...rows(1, 5)), new ListSection("Vingine", ...rows(6, count)));
await interactive("list", list(new ListSection("Vitu", ...rows(1, 10))), body, new Header("Bidhaa"), footer);
await interactive("list of two sections", twoSections(5), body);
await interactive("list of twelve rows", twoSections(7), body);
await interactive("list with one id twice", list(new ListSection("Vitu", ...rows(1, 1), ...rows(1, 1))), body);
await interactive("list with a section without a title", list(new ListSection(undefined, ...rows(1, 2))), body);
await interactive("list without rows", list(new ListSection("Vitu")), body);

const open = new ActionCTA("Fungua", link("unga"));
await interactive("link", open, body, new Header("Bidhaa"), footer);
await send("link under an image", forced(new Interactive(open, body), { header: new Header(new Image(link("unga.jpg"))) }));
await interactive("link with a label of 21 characters", new ActionCTA("u".repeat(21), link("unga")), body);
await interactive("link to no address", new ActionCTA("Fungua", "shop.example"), body);
await interactive("location request", new ActionLocation(), body);
await interactive("location request with a footer", new ActionLocation(), body, undefined, footer);

const shelf = new ProductSection("Vitu", ...products(1, 20));
const shelves = (more) => new ActionProductList(unga.catalog_id, shelf, new ProductSection("Vingine", ...products(21, more)));
const oneShelf = new ActionProductList(unga.catalog_id, new ProductSection(undefined, ...products(1, 2)));
await interactive("catalog", new ActionCatalog(), body, undefined, footer);
await interactive("catalog with a thumbnail", new ActionCatalog(unga), body);
await interactive("catalog with a header", new ActionCatalog(), body, new Header("Bidhaa"));
await interactive("product", new ActionProduct(unga));
await interactive("product with words", new ActionProduct(unga), body, undefined, footer);
await interactive("product with a header", new ActionProduct(unga), body, new Header("Bidhaa"));
await interactive("products", shelves(10), body, new Header("Bidhaa"), footer);
await interactive("products of one section without a title", oneShelf, body, new Header("Bidhaa"));
await interactive("products, 31 of them", shelves(11), body, new Header("Bidhaa"));
await interactive("products without a header", oneShelf, body);

const form = ["token-1", "1298370", "Jaza fomu"];
const longLabel = forced(new ActionDataExchangeFlow(...form), {
  parameters: { flow_message_version: "3", flow_id: "1298370", flow_cta: "u".repeat(31) },
});
await interactive("flow", new ActionNavigateFlow(...form, "KARIBU"), body, new Header("Fomu"), footer);
await interactive("flow with data", new ActionNavigateFlow(...form, "KARIBU", { jina: "Amina" }, "draft"), body);
await interactive("flow that asks the endpoint", new ActionDataExchangeFlow(...form), body);
await interactive("flow with a label of 31 characters", longLabel, body);

const contactRequest = () => new Interactive(new ActionContactRequest(), body);
await interactive("call permission request", new ActionCallPermission(), body);
await send("contact request", contactRequest());
await send("contact request as the reference has it", forced(contactRequest(), { type: "contact_request" }));

// -- templates

const words = (...all) => new BodyComponent(...all.map((each) => new BodyParameter(each)));
const header = (...parameter) => new HeaderComponent(new HeaderParameter(...parameter));
const money = new Currency(250_500, "KES", "KSh 250.50");
const update = ["order_update", "sw"];
await template("template", "hello_world", "en_US");
await template("template with a body", "order_update", new Language("sw"), words("Amina", "A-17"));
await template("template with names", ...update, header("A-17", "code"), new BodyComponent(new BodyParameter("Amina", "name")));
await template("template with money and a date", ...update, words("Amina", money, new DateTime("29 Novemba 2026")));
await template("template under text", ...update, header("A-17"), words("Amina"));
await template("template under an image", ...update, header(new Image(link("unga.jpg"))), words("Amina"));
await template("template under a video", ...update, header(new Video("1037543291543640", true)));
await template("template under a document", ...update, header(priceList));
await template("template under a location", ...update, header(new Location(36.8219, -1.2921, "Duka", "Moi Avenue")));
await template("template under a product", ...update, header(unga));
await template("template under money", ...update, header(money));

const track = [new PayloadComponent("track-A-17"), new SkipButtonComponent(), new URLComponent("orders/A-17")];
const offer = [new LTOComponent(1_800_000_000_000), words("Amina"), new CopyComponent("PUNGUZO25")];
const someProducts = new MPMComponent(unga, shelf, new ProductSection("Vingine", ...products(21, 2)));
await template("template with buttons", ...update, words("Amina"), ...track);
await template("template with an offer", "offer", "sw", ...offer);
await template("template with a code of 16 characters", "offer", "sw", words("Amina"), new CopyComponent("P".repeat(16)));
await template("template with a catalog", "our_catalog", "sw", words("Amina"), new CatalogComponent(unga));
await template("template with products", "our_products", "sw", words("Amina"), someProducts);
await template("template with a flow", "our_form", "sw", words("Amina"), new FlowComponent("token-1", { jina: "Amina" }));
await send("template with a one-time code", Template.OTP("sign_in", "sw", "483920"));

const card = (media, id) => new CarouselCard(media, words(id), new PayloadComponent(id), new URLComponent(id));
const cards = [card(new Image(link("unga.jpg")), "unga"), card(new Image("1037543291543638", true), "sukari")];
const productCards = [new CarouselCard(unga), new CarouselCard(new CatalogProduct("sku-2", unga.catalog_id))];
await template("template with cards", "our_cards", "sw", words("Amina"), new CarouselComponent(...cards));
await template("template with product cards", "our_cards", "sw", new CarouselComponent(...productCards));
await template("template with a tap target", ...update, words("Amina"), new TapTargetComponent("Duka", link("unga")));
await template("template with a name in capitals", "Order_Update", "sw");
await template("template with a line break in a variable", ...update, words("Amina\nWanjiru"));

// -- who it goes to, and who sends it

await send("text to a stranger", new Text("Habari"), { to: { phone: given.stranger } });
await send("buttons to a stranger", new Interactive(new ActionButtons(yes), body), { to: { phone: given.stranger } });
await send("template to a stranger", new Template("hello_world", "en_US"), { to: { phone: given.stranger } });
await send("text to somebody after a day", new Text("Habari"), { to: { phone: given.lapsed } });
await send("template to somebody after a day", new Template("hello_world", "en_US"), { to: { phone: given.lapsed } });
await send("text with a wrong token", new Text("Habari"), { client: clientWith("nobodys-token") });
await send("text from an unknown number", new Text("Habari"), { number: "999999999999999" });
if (given["operator-token"]) {
  await send("text with the operator's token", new Text("Habari"), { client: clientWith(given["operator-token"]) });
}
if (given["foreign-token"]) {
  await send("text with another shop's token", new Text("Habari"), { client: clientWith(given["foreign-token"]) });
}

await attempt("read", () => client.markAsRead(given.number, given.wamid));
await attempt("read, and typing", () => client.markAsRead(given.number, given.wamid, "text"));
await attempt("read with a wrong token", () => clientWith("nobodys-token").markAsRead(given.number, given.wamid));
await attempt("read of nothing", () => client.markAsRead(given.number, ""));
