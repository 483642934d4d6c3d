// Prints, one JSON line each, headers that Stripe's own library makes for an event.
import Stripe from "stripe";

const secret = process.argv[2];
const other = process.argv[3];
const now = Math.floor(Date.now() / 1000);
const stripe = new Stripe("sk_test_0123456789");
const payload = JSON.stringify({
  id: "evt_1",
  object: "event",
  created: now,
  livemode: false,
  type: "checkout.session.completed",
  data: {
    object: {
      id: "cs_1",
      object: "checkout.session",
      status: "complete",
      payment_status: "paid",
      amount_total: 125000,
      currency: "kes",
      payment_intent: "pi_1",
      metadata: { order_id: "ord_7", note: "Duka la Amina – 2 kg unga ☕" },
    },
  },
});

const sign = (key, timestamp) => stripe.webhooks.generateTestHeaderString({ payload, secret: key, timestamp });
const one = (name, header, body = payload) => console.log(JSON.stringify({ name, header, body }));
one("good", sign(secret, now));
one("rolled", `${sign(other, now)},${sign(secret, now).split(",").find((part) => part.startsWith("v1="))}`);
one("wrong secret", sign(other, now));
one("tampered", sign(secret, now), payload.replace("125000", "1"));
one("old", sign(secret, now - 301 - 30));
one("future", sign(secret, now + 600));
one("no signature", `t=${now}`);

// The library must take what the sandbox signs: `header<TAB>body` lines on standard input.
let input = "";
for await (const chunk of process.stdin) input += chunk;
for (const line of input.split("\n").filter(Boolean)) {
  const { header, body } = JSON.parse(line);
  const event = stripe.webhooks.constructEvent(body, header, secret);
  console.log(JSON.stringify({ name: "taken", type: event.type }));
}
