"""The catalogue of open data against the published shapes of DCAT-AP and DCAT-AP.de 3.0, by pyshacl."""

import copy
import pathlib

import pytest
from pyshacl import validate
from rdflib import Graph, Literal, URIRef
from rdflib import namespace as ns

SHAPES = sorted((pathlib.Path(__file__).parent / "shapes").glob("*.ttl"))
VCARD = ns.Namespace("http://www.w3.org/2006/vcard/ns#")
EU = "http://publications.europa.eu/resource/authority/"
# What the vocabularies say of their terms, which the shapes import: the EU's authority tables, IANA's media types, the list of licences.
CLASSES = {
    f"{EU}access-right/": ns.DCTERMS.RightsStatement,
    f"{EU}frequency/": ns.DCTERMS.Frequency,
    f"{EU}file-type/": ns.DCTERMS.MediaTypeOrExtent,
    f"{EU}language/": ns.DCTERMS.LinguisticSystem,
    f"{EU}data-theme/": ns.SKOS.Concept,
    "http://www.iana.org/assignments/media-types/": ns.DCTERMS.MediaType,
    "http://dcat-ap.de/def/licenses/": ns.DCTERMS.LicenseDocument,
}
# Terms that these tables have: a misspelt one stays without a class, and so violates a shape.
TERMS = {
    f"{EU}access-right/": {"PUBLIC"},
    f"{EU}frequency/": {"UPDATE_CONT", "HOURLY", "DAILY", "CONT"},
    f"{EU}file-type/": {"CSV", "JSON", "PARQUET", "GEOJSON", "JSON_LD"},
    f"{EU}language/": {"DEU", "ENG"},
    f"{EU}data-theme/": {"ENVI", "TRAN", "HEAL", "ECON", "REGI", "ENER", "GOVE", "TECH", "SOCI", "AGRI"},
    "http://www.iana.org/assignments/media-types/": {"application/json", "text/csv", "application/geo+json", "application/ld+json", "application/vnd.apache.parquet"},
    "http://dcat-ap.de/def/licenses/": {"dl-by-de/2.0"},
}


def with_vocabularies(catalogue):
    """The catalogue with what others say of the names in it."""
    whole = copy.deepcopy(catalogue)
    for name in {node for node in catalogue.all_nodes() if isinstance(node, URIRef)}:
        whole.add((name, ns.RDF.type, ns.RDFS.Resource))
        for beginning, of in CLASSES.items():
            if name.removeprefix(beginning) in TERMS[beginning]:
                whole.add((name, ns.RDF.type, of))
                whole.add((name, ns.SKOS.prefLabel, Literal(name.removeprefix(beginning), lang="en")))
    whole.add((URIRef(f"{EU}data-theme"), ns.RDF.type, ns.SKOS.ConceptScheme))
    whole.add((URIRef(f"{EU}data-theme"), ns.DCTERMS.title, Literal("Data theme", lang="en")))
    whole.add((VCARD.Organization, ns.RDFS.subClassOf, VCARD.Kind))  # vCard ontology
    for page in [*catalogue.objects(None, ns.FOAF.homepage), *catalogue.objects(None, ns.DCAT.landingPage)]:
        whole.add((page, ns.RDF.type, ns.FOAF.Document))  # the range of both
    return whole


def violations(catalogue, shapes):
    """Focus, path, value and words of what is wrong with a catalogue."""
    _, report, _ = validate(with_vocabularies(catalogue), shacl_graph=Graph().parse(shapes), inference="none", advanced=True)
    told = (ns.SH.focusNode, ns.SH.resultPath, ns.SH.value, ns.SH.resultMessage)
    return [tuple(str(report.value(result, of)) for of in told) for result in report.subjects(ns.RDF.type, ns.SH.ValidationResult)]


@pytest.fixture(scope="module")
def catalogue(demo):
    with demo.get("/catalog.ttl") as answer:
        return Graph().parse(data=answer.read(), format="turtle")


@pytest.mark.parametrize("shapes", SHAPES, ids=lambda path: path.stem)
def test_the_catalogue_violates_nothing(catalogue, shapes):
    assert len(list(catalogue.subjects(ns.RDF.type, ns.DCAT.Dataset))) >= 2
    assert violations(catalogue, shapes) == []


def test_json_ld_says_the_same_triples(demo, catalogue):
    with demo.get("/catalog.jsonld") as answer:
        again = Graph().parse(data=answer.read(), format="json-ld")
    assert again.isomorphic(catalogue)


@pytest.mark.parametrize("lost", [ns.DCTERMS.title, ns.DCTERMS.description, ns.DCTERMS.publisher])
def test_shapes_see_what_is_missing(catalogue, lost):
    poorer = copy.deepcopy(catalogue)
    poorer.remove((None, lost, None))
    assert any(str(lost) in violation for shapes in SHAPES for violation in violations(poorer, shapes))


def test_shapes_see_a_licence_that_no_list_has(catalogue):
    other = copy.deepcopy(catalogue)
    for subject in set(other.subjects(ns.DCTERMS.license, None)):
        other.set((subject, ns.DCTERMS.license, URIRef("http://dcat-ap.de/def/licenses/dl-de/by-2-0")))
    assert any(str(ns.DCTERMS.license) in violation for shapes in SHAPES for violation in violations(other, shapes))
