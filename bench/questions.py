"""The thirteen analyst questions on the generated network (bench/network.py)."""

PREFIXES = (
    "PREFIX o: <https://kg.example/o/> PREFIX i: <https://kg.example/id/> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
)

QUESTIONS: dict[str, str] = {
    "star": PREFIXES
    + """
        SELECT ?p ?l ?org ?ol ?s WHERE { ?p a o:Programme ; rdfs:label ?l ; o:level "master" ;
        o:students ?s ; o:startYear ?y ; o:offeredBy ?org . ?org o:region i:reg3 ; rdfs:label ?ol .
        FILTER(LANG(?l) = 'ru' && LANG(?ol) = 'ru' && ?s > 400 && ?y >= 2015) }
    """,
    "optional": PREFIXES
    + """
        SELECT ?x ?b ?end ?pl WHERE { ?x a o:Partnership ; o:partyA ?a ; o:partyB ?b ; o:status ?st
        . ?a o:region i:reg1 . OPTIONAL { ?x o:endDate ?end } OPTIONAL { ?x o:onProgramme ?p . ?p
        rdfs:label ?pl FILTER(LANG(?pl) = 'en') } }
    """,
    "path-star": PREFIXES
    + """
        SELECT ?org (COUNT(DISTINCT ?p) AS ?n) WHERE { ?c o:broader* i:comp2 . ?p o:develops ?c ;
        o:offeredBy ?org . ?org o:region i:reg0 } GROUP BY ?org
    """,
    "path-plus": PREFIXES
    + """
        SELECT (COUNT(*) AS ?n) WHERE { i:org10 o:partnerOf+ ?x }
    """,
    "group-having": PREFIXES
    + """
        SELECT ?a (COUNT(?x) AS ?n) (SUM(?f) AS ?sum) WHERE { ?x o:partyA ?a ; o:status "active" ;
        o:funding ?f } GROUP BY ?a HAVING (COUNT(?x) >= 5)
    """,
    "contains": PREFIXES
    + """
        SELECT ?s ?l WHERE { ?s rdfs:label ?l FILTER(LANG(?l) = 'ru' && CONTAINS(LCASE(?l),
        'квантовая генетика')) }
    """,
    "order-limit": PREFIXES
    + """
        SELECT ?p ?s ?l WHERE { ?p a o:Programme ; o:students ?s ; rdfs:label ?l FILTER(LANG(?l) =
        'ru') } ORDER BY DESC(?s) ?p LIMIT 50
    """,
    "count-distinct": PREFIXES
    + """
        SELECT ?r (COUNT(DISTINCT ?c) AS ?n) (COUNT(DISTINCT ?prof) AS ?m) WHERE { ?p o:develops ?c
        ; o:targets ?prof ; o:offeredBy ?u . ?u o:region ?r } GROUP BY ?r
    """,
    "gap-minus": PREFIXES
    + """
        SELECT ?prof ?c WHERE { ?prof a o:Profession ; o:requires ?c ; o:demandIndex ?d FILTER(?d >
        8.5) MINUS { ?p o:targets ?prof ; o:develops ?c ; o:offeredBy ?u . ?u o:region i:reg2 } }
    """,
    "subquery": PREFIXES
    + """
        SELECT ?u ?ul ?n WHERE { { SELECT ?u (COUNT(?p) AS ?n) WHERE { ?p o:offeredBy ?u ; o:level
        "phd" } GROUP BY ?u ORDER BY DESC(?n) ?u LIMIT 100 } ?u rdfs:label ?ul FILTER(LANG(?ul) =
        'ru') }
    """,
    "union": PREFIXES
    + """
        SELECT DISTINCT ?org WHERE { { ?x o:partyA ?org } UNION { ?x o:partyB ?org } ?x o:startDate
        ?d ; o:status "planned" . FILTER(?d >= "2023-01-01"^^xsd:date) }
    """,
    "construct-100k": PREFIXES
    + """
        CONSTRUCT { ?p o:trains ?prof . ?p o:inRegion ?r . ?u o:has ?p . ?p o:size ?s } WHERE { ?p
        o:targets ?prof ; o:students ?s ; o:offeredBy ?u . ?u o:region ?r FILTER(?s >= 150) }
    """,
    "scan-1m-json": PREFIXES
    + """
        SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 1000000
    """,
}
