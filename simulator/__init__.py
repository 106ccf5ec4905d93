"""A virtual phone company: the application and the provider's own SDK cannot tell it from the real one.

`company.Company` is the company, `runner.Runner` lets it live in real time, `api.create_api` is the provider's REST
API, `page.create_page` the telephones on a desk, `mail.Mailbox` the carrier of e-mails, `terminal.terminal` a telephone
for the command line, and `demonstration.play` one call from the first ring to 'in charge'. Tests tell their stories
with `company.phone(number).dials()` and `company.handset(number)`.
"""
