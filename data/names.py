"""Word lists of the sample: names, places, companies and job titles.

All of it is invented or generic. Phone ranges are the ones that the US, British, German, French and
Swedish regulators keep for fiction (555-01xx, 020 7946 0xxx, 030 23125 xxx ...); Spain, Denmark and
the Netherlands keep none, so their numbers are merely well formed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A city with its postal pattern and its landline range (`#` = digit, `@` = letter)."""

    country: str
    city: str
    state: str | None
    state_code: str | None
    postal: str
    landline: tuple[str, str]
    mobile: tuple[str, str] | None


@dataclass(frozen=True)
class Country:
    """What a country is called, and its dialling code, currency and domains of private mail."""

    name: str
    short: str
    local: str
    dialling: str
    trunk: str
    currency: str
    free_mail: tuple[str, ...]


COUNTRIES = {
    "US": Country("United States", "USA", "United States", "1", "", "USD", ("gmail.com", "outlook.com")),
    "GB": Country("United Kingdom", "UK", "United Kingdom", "44", "0", "GBP", ("gmail.com", "outlook.com")),
    "DE": Country("Germany", "Germany", "Deutschland", "49", "0", "EUR", ("gmx.de", "web.de")),
    "FR": Country("France", "France", "France", "33", "0", "EUR", ("orange.fr", "gmail.com")),
    "ES": Country("Spain", "Spain", "España", "34", "", "EUR", ("gmail.com", "hotmail.com")),
    "DK": Country("Denmark", "Denmark", "Danmark", "45", "", "DKK", ("gmail.com", "hotmail.com")),
    "NL": Country("Netherlands", "Netherlands", "Nederland", "31", "0", "EUR", ("gmail.com", "hotmail.com")),
    "SE": Country("Sweden", "Sweden", "Sverige", "46", "0", "SEK", ("gmail.com", "hotmail.com")),
}


def _american(city: str, state: str, code: str, postal: str, area: str) -> Place:
    fictional = (area, "55501##")
    return Place("US", city, state, code, postal, fictional, fictional)


PLACES = (
    _american("New York", "New York", "NY", "100##", "212"),
    _american("Brooklyn", "New York", "NY", "112##", "718"),
    _american("San Francisco", "California", "CA", "941##", "415"),
    _american("San Diego", "California", "CA", "921##", "619"),
    _american("Austin", "Texas", "TX", "787##", "737"),
    _american("Houston", "Texas", "TX", "770##", "713"),
    _american("Chicago", "Illinois", "IL", "606##", "312"),
    _american("Boston", "Massachusetts", "MA", "021##", "617"),
    _american("Seattle", "Washington", "WA", "981##", "206"),
    _american("Denver", "Colorado", "CO", "802##", "303"),
    _american("Portland", "Oregon", "OR", "972##", "503"),
    _american("Atlanta", "Georgia", "GA", "303##", "404"),
    Place("GB", "London", None, None, "EC2A #@@", ("20", "79460###"), None),
    Place("GB", "Manchester", None, None, "M1 #@@", ("161", "4960###"), None),
    Place("GB", "Edinburgh", None, None, "EH3 #@@", ("131", "4960###"), None),
    Place("GB", "Bristol", None, None, "BS1 #@@", ("117", "4960###"), None),
    Place("DE", "Berlin", None, None, "101##", ("30", "23125###"), ("171", "39200##")),
    Place("DE", "Hamburg", None, None, "204##", ("40", "66969###"), ("171", "39200##")),
    Place("DE", "München", None, None, "803##", ("89", "99998###"), ("171", "39200##")),
    Place("DE", "Köln", None, None, "506##", ("221", "4710###"), ("171", "39200##")),
    Place("DE", "Frankfurt am Main", None, None, "603##", ("69", "90009###"), ("171", "39200##")),
    Place("FR", "Paris", None, None, "750##", ("1", "9900####"), None),
    Place("FR", "Lyon", None, None, "690##", ("4", "6571####"), None),
    Place("FR", "Bordeaux", None, None, "330##", ("5", "3649####"), None),
    Place("ES", "Madrid", None, None, "280##", ("917", "######"), ("6", "12######")),
    Place("ES", "Barcelona", None, None, "080##", ("932", "######"), ("6", "12######")),
    Place("ES", "València", None, None, "460##", ("963", "######"), ("6", "12######")),
    Place("DK", "København", None, None, "22##", ("33", "12####"), ("21", "23####")),
    Place("DK", "Aarhus", None, None, "80##", ("86", "12####"), ("21", "23####")),
    Place("NL", "Amsterdam", None, None, "10## @@", ("20", "71#####"), ("6", "1234####")),
    Place("NL", "Rotterdam", None, None, "30## @@", ("10", "41#####"), ("6", "1234####")),
    Place("SE", "Stockholm", None, None, "11# ##", ("8", "465004##"), ("70", "17406##")),
    Place("SE", "Göteborg", None, None, "41# ##", ("31", "39006##"), ("70", "17406##")),
)


def _by_country(text: str) -> dict[str, tuple[str, ...]]:
    """Read words under `XX:` headings; `~` stands for a space inside a word."""
    found: dict[str, tuple[str, ...]] = {}
    for word in text.split():
        if word.endswith(":"):
            country = word[:-1]
            found[country] = ()
        else:
            found[country] += (word.replace("~", " "),)
    return found


FIRST_NAMES = _by_country(
    """
US: Aaliyah Abigail Andre Anthony Bethany Brandon Carmen Curtis Danielle Darnell Deborah Diego Elena
Emily Ethan Gabriela Grace Hannah Isaac Jamal Jasmine Jeffrey Joanna Kenji Kimberly Latoya Leah Luis
Marisol Megan Michael Naomi Nathaniel Olivia Patrick Rachel Ramón Samuel Sandra Terrence Valerie Victor
Wei Yolanda
GB: Aisha Alistair Beatrice Callum Charlotte Deepa Duncan Eleanor Fergus Fiona Gareth Harriet Imogen Isla
Jamie Kwame Lewis Maeve Nigel Oliver Poppy Rajesh Rhys Sanjay Siobhán Thomas Victoria Zainab
DE: Anja Ayşe Björn Claudia Dieter Emre Florian Franziska Günter Heike Jörg Jürgen Katharina Lukas
Mareike Matthias Nadine Niklas Sabine Stefan Ulrike Uwe Wolfgang Yasemin
FR: Amélie Benoît Chloé Étienne François Hélène Inès Julien Léa Mathilde Noé Océane Raphaël Yasmine
ES: Alejandro Álvaro Begoña Carlos Íñigo Inmaculada Joaquín Lucía Marta Montserrat Nuria Raúl Xavier
DK: Anders Astrid Bjørn Frederikke Henrik Jesper Karen Lærke Mads Mette Niels Rasmus Signe
NL: Annemiek Bram Daan Femke Hendrik Joost Lotte Maarten Marijke Pieter Sanne Willem
SE: Åsa Birgitta Elsa Fredrik Göran Hanna Johan Linnéa Magnus Nils Oskar Ylva
"""
)

LAST_NAMES = _by_country(
    """
US: Abernethy Alvarez Baptiste Begum Brooks Carmichael Castillo Chen Collins Dawson Delgado Donovan Ellis
Fitzgerald Freeman Garrison Goldberg Greene Hayashi Hendricks Hoffman Ibarra Jackson Kaminski Kowalski
Lawson Lopez MacKenzie Maldonado McBride Nakamura Nguyen O'Connor O'Malley Okafor Patel Pereira Quintana
Ramirez Reyes Robinson Sandoval Schwartz Shapiro St.~James Takahashi Underwood Vargas Washington Whitaker
Williams Xiong Young Zimmerman
GB: Ashworth Banerjee Blackwell Bramley Chaudhry Cholmondeley Clarke Davies Evans Ferguson Griffiths
Hargreaves Hussain Kelly Llewellyn MacDonald Mistry Morgan O'Neill Pemberton Pritchard Rowe Sinclair
Thornton Wainwright Whitcombe
DE: Bäcker Becker Brückner Demir Fischer Größmann Hoffmann Jäger Kaya Klein Köhler Krüger Lehmann Müller
Öztürk Richter Schäfer Schröder Schütz Vogel von~Arnim Weiß Yilmaz Zimmermann
FR: Benali Chevalier d'Alembert Dubois Fontaine Garnier Lefèvre Lemaître Moreau Petit Roussel Traoré
ES: Aguirre Castaño Domínguez Echeverría Fernández García~Peña Ibáñez Jiménez Muñoz Ortega Peña Ruiz
DK: Andersen Bjerregaard Christensen Dahl Højgaard Jørgensen Kjær Mikkelsen Nørgaard Østergaard
NL: Bakker de~Groot de~Vries Dijkstra Hoekstra Jansen Kuipers van~den~Heuvel van~der~Meer Visser
SE: Åkesson Bergström Björklund Engström Hedlund Lindqvist Nyström Öberg Sjöberg Sundström
"""
)

STREETS = {
    "US": (
        "{n} Market St",
        "{n} Cedar Avenue",
        "{n} W Lake St",
        "{n} Commerce Blvd",
        "{n} Mill Road, Suite {s}",
    ),
    "GB": ("{n} Old Foundry Lane", "{n} Kingsway", "{n} Canal Street", "Unit {s}, {n} Dockside Road"),
    "DE": ("Lindenstraße {n}", "Am Alten Speicher {n}", "Goetheallee {n}", "Werftstraße {n}"),
    "FR": ("{n} rue des Tanneurs", "{n} avenue de la Gare", "{n} quai des Peupliers"),
    "ES": ("Calle del Olmo {n}", "Avenida de la Estación {n}", "Carrer del Forn {n}"),
    "DK": ("Skovvej {n}", "Havnegade {n}", "Møllestræde {n}"),
    "NL": ("Lindengracht {n}", "Havenkade {n}", "Molenstraat {n}"),
    "SE": ("Björkgatan {n}", "Hamngatan {n}", "Kvarnvägen {n}"),
}

DEPARTMENTS = ("Sales", "Marketing", "Finance", "IT", "Operations", "Procurement", "Logistics", "Product")
RANKS = ("{d} Coordinator", "{d} Manager", "Senior {d} Manager", "Head of {d}", "Director of {d}", "VP {d}")

INTERESTS = ("Golf", "Wine", "Sailing", "Cycling", "Opera", "Cooking", "Running", "Café culture", "Chess")
COLOURS = ("Amber", "Blue", "Green", "Magenta", "Teal")

# Salesforce industry, the HubSpot enumeration value that the integration would map it to.
INDUSTRIES = {
    "Technology": "COMPUTER_SOFTWARE",
    "Transportation": "LOGISTICS_AND_SUPPLY_CHAIN",
    "Finance": "FINANCIAL_SERVICES",
    "Manufacturing": "MACHINERY",
    "Healthcare": "HOSPITAL_HEALTH_CARE",
    "Biotechnology": "BIOTECHNOLOGY",
    "Retail": "RETAIL",
    "Food & Beverage": "FOOD_BEVERAGES",
    "Energy": "RENEWABLES_ENVIRONMENT",
    "Construction": "CONSTRUCTION",
    "Engineering": "MECHANICAL_OR_INDUSTRIAL_ENGINEERING",
    "Consulting": "MANAGEMENT_CONSULTING",
    "Education": "EDUCATION_MANAGEMENT",
    "Media": "ONLINE_MEDIA",
    "Hospitality": "HOSPITALITY",
    "Insurance": "INSURANCE",
    "Agriculture": "FARMING",
    "Apparel": "APPAREL_FASHION",
}

# name | domain | industry | country. The first 42 are in both systems, the next 11 in Salesforce
# only, the rest in HubSpot only (the named cast brings its own companies).
COMPANIES = """
Alderbrook Analytics|alderbrook-analytics.com|Technology|US
Amberfjord Shipping|amberfjord.io|Transportation|DK
Ashgrove & Tull Solicitors|ashgrovetull.com|Consulting|GB
Banyan Ridge Health|banyanridge-health.com|Healthcare|US
Bernsteinkontor GmbH|bernsteinkontor.de|Retail|DE
Birchmoor Insurance Group|birchmoor-insurance.com|Insurance|GB
Bluequarry Cement|bluequarry-cement.com|Construction|US
Bodega Altavista|bodega-altavista-vinos.com|Food & Beverage|ES
Calderstone Robotics|calderstone-robotics.io|Manufacturing|US
Cobaltline Media|cobaltline-media.com|Media|US
Copperfern Interiors|copperfern-interiors.com|Retail|US
Dornbach Maschinenbau|dornbach-maschinenbau.de|Manufacturing|DE
Driftwell Hotels|driftwell-hotels.com|Hospitality|US
Eastwick Orchard Supply|eastwick-orchard.com|Agriculture|US
Elmsgate Learning|elmsgate-learning.com|Education|GB
Fennholm Energi|fennholm-energi.com|Energy|DK
Fieldhaven Organics|fieldhaven-organics.com|Food & Beverage|US
Foxlarch Textiles|foxlarch-textiles.com|Apparel|GB
Galvanor Systèmes|galvanor-systemes.com|Engineering|FR
Glimmerbay Software|glimmerbay.io|Technology|US
Granitpfad Consulting|granitpfad.de|Consulting|DE
Hazelmere Diagnostics|hazelmere-diagnostics.com|Biotechnology|GB
Highmesa Solar|highmesa-solar.com|Energy|US
Ironvale Fabrication|ironvale-fabrication.com|Manufacturing|US
Juniper Loch Foods|juniperloch-foods.com|Food & Beverage|GB
Kestrelworth Bank|kestrelworth-bank.com|Finance|US
Kupferbach Elektronik|kupferbach-elektronik.de|Technology|DE
Larkspur Freight|larkspur-freightways.com|Transportation|US
Lindenau Pharma|lindenau-pharma-labs.de|Biotechnology|DE
Maplecrest Realty|maplecrest-realtygroup.com|Construction|US
Meridell Clinics|meridell-clinics.com|Healthcare|US
Molenwiek Logistiek|molenwiek-logistiek.com|Transportation|NL
Nordlyskraft|nordlyskraft-vind.com|Energy|SE
Oakhollow Publishing|oakhollow-publishing.com|Media|US
Olivar del Turia|olivardelturia.com|Agriculture|ES
Pinecastle Insurance|pinecastle-insurance.com|Insurance|US
Quartzfield Mining|quartzfield-mining.com|Manufacturing|US
Redmarsh Brewing|redmarsh-brewing.com|Food & Beverage|GB
Silvertarn Outdoor|silvertarn-outdoor.com|Retail|GB
Sundhavn Medico|sundhavn-medico.com|Healthcare|DK
Vallombre Cosmétiques|vallombre-cosmetiques.com|Retail|FR
Whitlow Aerospace|whitlow-aerospace.com|Engineering|US
Thistledown Toys|thistledown-toys.com|Retail|GB
Torrequebrada Ingeniería|torrequebrada-ing.com|Engineering|ES
Umberfield Ceramics|umberfield-ceramics.com|Manufacturing|US
Velvetpine Apparel|velvetpine-apparel.com|Apparel|US
Waldquell Getränke|waldquell-getraenke.de|Food & Beverage|DE
Westerkade Verzekeringen|westerkade-verzekeringen.com|Insurance|NL
Yarrowgate Capital|yarrowgate-capital.com|Finance|US
Zephyrine Airships|zephyrine-airships.com|Transportation|US
Brackenfold Pensions|brackenfold-pensions.com|Finance|GB
Stormkast Software|stormkast.io|Technology|SE
Peregrine Hollow Hotels|peregrinehollow.com|Hospitality|US
Acornfield Schools|acornfield-schools.com|Education|US
Bellwright Studios|bellwright-studios.com|Media|US
Brisemarine Voyages|brisemarine-voyages.com|Hospitality|FR
Cindervale Forge|cindervale-forge.com|Manufacturing|US
Dunmore Lea Dairy|dunmorelea-dairy.com|Agriculture|GB
Falkenhorst Sicherheit|falkenhorst-sicherheit.de|Consulting|DE
Gullwing Charter|gullwing-charterair.com|Transportation|US
Hexham Loom|hexham-loom.com|Apparel|GB
Inkwell & Thorn|inkwell-thorn.com|Media|US
Kornblume Apotheken|kornblume-apotheken.de|Healthcare|DE
Lakefern Wellness|lakefern-wellness.com|Healthcare|US
Marigold Row Bakery|marigoldrow-bakery.com|Food & Beverage|US
Nightheron Security|nightheron-security.io|Technology|US
Oyster Quay Marine|oysterquay-marine.com|Transportation|GB
Palomaverde Cafés|palomaverde-cafes.com|Food & Beverage|ES
Ravenscar Geo|ravenscar-geo.com|Engineering|GB
Saltmeadow Research|saltmeadow-research.com|Biotechnology|US
Tallgrass Utilities|tallgrass-utilitiesco.com|Energy|US
Uferblick Immobilien|uferblick-immobilien.de|Construction|DE
Windlass Analytics|windlass-analytics.io|Technology|US
"""
COMPANIES_IN_BOTH = 42
COMPANIES_IN_SALESFORCE_ONLY = 11
