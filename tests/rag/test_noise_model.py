"""A real OpenAI-compatible server that we did not write, with a model of random weights: its words are noise."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from rag.answer import open_assistant
from rag.llm import LanguageModel, LlmSettings
from rag.schema import Mode, Status
from tests.fakes.server import free_port

TEMPLATE = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% endfor %}<|assistant|>"


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    """A causal language model of a few thousand random weights, with a tokenizer of bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("noise")
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(["<s>", "</s>", *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>")
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=32768, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def server_url(model_folder, tmp_path_factory):
    """transformers' own server on that model."""
    port = free_port()
    log = tmp_path_factory.mktemp("log") / "server.log"
    command = [Path(sys.executable).parent / "transformers", "serve", model_folder, "--port", str(port)]
    command += ["--host", "127.0.0.1", "--device", "cpu"]
    with log.open("w") as output:
        process = subprocess.Popen(
            list(map(str, command)), stdout=output, stderr=output, env=os.environ | {"HF_HUB_OFFLINE": "1"}
        )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 300
        while not answers(f"{url}/health"):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.5)
        yield url + "/v1"
    finally:
        process.terminate()
        process.wait(timeout=60)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def test_noise_is_caught_and_the_extractive_answer_given(data_dir, model_folder, server_url):
    llm = LlmSettings(base_url=server_url, model=str(model_folder), timeout_s=60.0, max_retries=0, max_tokens=40)
    assistant = open_assistant(data_dir=data_dir, embedding_model=None, llm=LanguageModel(llm))
    answer = assistant.answer("哪些部门负责PPP相关任务？")
    assert answer.status is Status.ANSWERED
    assert answer.engine.mode is Mode.EXTRACTIVE
    assert answer.engine.fallback and "格式" in answer.engine.fallback
    assert [citation.clause.label for citation in answer.citations] == ["附件2第6项"]
