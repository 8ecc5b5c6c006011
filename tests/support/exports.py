"""Exports as others write them: made-up orders of a shop, a marketplace and a plug-in."""

# Long lines are what such files are made of.
# ruff: noqa: E501
SHOP = """\
Name,Email,Financial Status,Paid at,Currency,Shipping,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Billing Country,Phone,Accepts Marketing
#1001,kim@example.com,paid,2026-10-02 09:00:00 +0800,CNY,0.00,"1,200.00",2026-10-01 21:00:00 +0800,1,Teapot 茶壶,1000.00,王小明,CN,,yes
#1001,kim@example.com,,,,,,2026-10-01 21:00:00 +0800,2,Cup,100.00,,,,
#1002,anna@example.com,voided,,EUR,4.90,19.99,2026-10-03 21:00:00 +0200,1,Cup,15.09,Anna Muster,DE,030 901820,no
"""
CHINESE = """\
订单编号,订单状态,订单创建时间,买家应付货款,币种,国家,手机,收货人姓名,支付方式
2001,等待买家付款,2026/10/1 21:05,"¥1,299.00",CNY,CN,13800138000,王小明,支付宝
2002,交易成功,2026/10/2 08:30,¥59.90,CNY,CN,13900139000,李雷,微信支付
"""
GERMAN = """\
Order Number;Order Status;Order Date;Order Total;Currency;Country;Email
3001;on-hold;01.10.2026 21:05;1.299,00 €;EUR;DE;anna@example.com
"""
