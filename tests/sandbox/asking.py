"""How offices and the core bank are asked."""

LEAVE = {"X-Authorisation": "AUTH-1"}


def ask(client, endpoint, person, *, headers=LEAVE, **more):
    body = {"id_number": person["id_number"], "name": person["name"], "image_digest": "ab", **more}
    return client.post(f"/v1/{endpoint}", json=body, headers=headers)


def order(number="P-1", **changes):
    return {
        "payment_no": number,
        "payer_account": "9990320000000000001",
        "payee_account": "9990320000000000002",
        "payee_name": "王某",
        "amount": "50000.00",
        "purpose": "购买化肥",
    } | changes
