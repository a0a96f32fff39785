"""Names of invented towns, for a model that learns from many people: no two are forms of one another."""

FIRST = [
    "Ann", "Bela", "Carol", "Dimitri", "Elena", "Farid", "Greta", "Hassan",
    "Ines", "Jonas", "Katrin", "Lorenzo", "Mira", "Noor", "Oskar", "Petra",
]  # fmt: skip
LAST = [
    "Abbott", "Brandt", "Costa", "Dahl", "Eriksen", "Fabbri", "Garner",
    "Holm", "Ivanova", "Jensen", "Kowalski", "Lind", "Moreau", "Novak",
]  # fmt: skip
