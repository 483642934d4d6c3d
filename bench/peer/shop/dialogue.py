"""What the shop answers. Pure: a session goes in, a session and an answer come out."""

import json

# The goods that the benchmark's load speaks of: id, name, description, category, price in minor units.
_GOODS = (
    ("unga-dola-2kg", "Unga wa dola 2kg", "Maize flour, sifted, 2 kg", "Flour & grains", 250_00),
    ("unga-ngano-2kg", "Unga wa ngano 2kg", "Home baking wheat flour, 2 kg", "Flour & grains", 210_00),
    ("mchele-pishori-1kg", "Mchele pishori 1kg", "Aromatic rice from Mwea, 1 kg", "Flour & grains", 220_00),
    ("maharagwe-1kg", "Maharagwe ya njano 1kg", "Yellow beans, sorted, 1 kg", "Flour & grains", 190_00),
    ("sukari-1kg", "Sukari 1kg", "Brown sugar, 1 kg", "Groceries", 155_00),
    ("mafuta-kupikia-1l", "Mafuta ya kupikia 1L", "Vegetable cooking oil, 1 litre", "Groceries", 320_00),
    ("majani-chai-250g", "Majani ya chai 250g", "Kericho tea leaves, 250 g", "Groceries", 140_00),
    ("maziwa-500ml", "Maziwa fresh 500ml", "Whole milk, 500 ml", "Dairy & eggs", 65_00),
    ("mayai-trei", "Mayai trei ya 30", "Tray of 30 fresh eggs", "Dairy & eggs", 480_00),
    ("sabuni-mche", "Sabuni ya mche 1kg", "Bar soap for laundry, 1 kg", "Household", 185_00),
)
_ROW = "prod:"
_BY_ID = {good[0]: good for good in _GOODS}
_BY_NAME = {good[1].lower(): good for good in _GOODS}
_CATEGORIES = {good[3].lower(): [each for each in _GOODS if each[3] == good[3]] for good in _GOODS}


def _money(minor):
    return f"KES {minor / 100:.2f}"


def _message(to, kind, content):
    return {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to, "type": kind, kind: content}


def _text(to, body):
    return _message(to, "text", {"body": body})


def _list(to, text, goods):
    rows = [{"id": _ROW + g[0], "title": g[1][:24], "description": f"{_money(g[4])} · {g[2]}"[:72]} for g in goods]
    action = {"button": "Choose", "sections": [{"title": "Products", "rows": rows}]}
    return _message(to, "interactive", {"type": "list", "body": {"text": text}, "action": action})


def _card(to, good):
    buttons = [
        {"type": "reply", "reply": {"id": f"add:{good[0]}:{count}", "title": f"Add {count}"}} for count in (1, 2, 3)
    ]
    body = {"text": f"{good[1]}\n{good[2]}\n{_money(good[4])}"}
    return _message(to, "interactive", {"type": "button", "body": body, "action": {"buttons": buttons}})


def _cart_text(cart):
    if not cart:
        return "Your cart is empty."
    lines = [f"{count} x {_BY_ID[key][1]}: {_money(count * _BY_ID[key][4])}" for key, count in cart.items()]
    total = sum(count * _BY_ID[key][4] for key, count in cart.items())
    return "\n".join([*lines, f"Total: {_money(total)}"])


def step(session, event):
    """`session`: the hash as stored, all texts; empty at first. Returns (changed fields, answer)."""
    shopper, text = event["shopper"], event["text"].strip()
    lower = text.lower()
    changed = {"message_count": str(int(session.get("message_count", "0")) + 1), "last_at": event["at"]}
    good = _BY_ID.get(text.removeprefix(_ROW)) or _BY_NAME.get(lower)
    adding = _to_add(text)
    if adding:
        cart = json.loads(session.get("cart", "{}"))
        key, count = adding
        cart[key] = cart.get(key, 0) + count
        changed["cart"] = json.dumps(cart, separators=(",", ":"))
        answer = _text(shopper, "Added.\n" + _cart_text(cart))
    elif good:
        changed["last_product"] = good[0]
        answer = _card(shopper, good)
    elif lower in _CATEGORIES:
        answer = _list(shopper, text, _CATEGORIES[lower])
    elif lower == "cart":
        answer = _text(shopper, _cart_text(json.loads(session.get("cart", "{}"))))
    else:
        answer = _list(shopper, "What would you like?", _GOODS)
    return changed, answer


def _to_add(text):
    """(id, count) when the text puts something into the cart: `add NAME`, or a tapped button `add:ID:COUNT`."""
    if text.startswith("add:"):
        _, key, count = (text + "::").split(":")[:3]
        return (key, int(count)) if key in _BY_ID and count.isdecimal() else None
    good = _BY_NAME.get(text[4:].lower()) if text.startswith("add ") else None
    return (good[0], 1) if good else None
