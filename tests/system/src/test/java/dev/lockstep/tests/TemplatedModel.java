package dev.lockstep.tests;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.GgufMetadata;
import dev.lockstep.loader.GgufTensor;
import dev.lockstep.loader.GgufWriter;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The demo model with a chat template. */
final class TemplatedModel {
    static final String TEMPLATE = """
            {{ bos_token }}{% for m in messages %}
            {%- if m.role == 'tool' %}{{ raise_exception('there are no tools for ' + m.content) }}{% endif %}
            [{{ m.role }}] {{ m.content | trim }}{{ eos_token if m.role == 'assistant' }}
            {% endfor %}
            {%- if add_generation_prompt %}[assistant]{% endif %}
            """;

    private TemplatedModel() {
    }

    static Path write(Path file, String template) throws IOException {
        try (var checkpoint = CheckpointLoader.open(Models.demoFile(), Models.demoTrust()); var memory = SecureArena.open("tensor")) {
            var metadata = new GgufMetadata();
            checkpoint.metadata().keys().forEach(key -> metadata.value(key, checkpoint.metadata().get(key).orElseThrow()));
            metadata.text("tokenizer.chat_template", template);
            var tensors = checkpoint.tensors().stream().map(t -> new GgufTensor(t.name(), t.type(), t.shape())).toList();
            try (var writer = GgufWriter.create(file, GgufWriter.Existing.REFUSE, metadata, tensors)) {
                for (var tensor : checkpoint.tensors()) {
                    MemorySegment bytes = memory.allocate(tensor.byteSize());
                    checkpoint.readTensor(tensor, 0, bytes);
                    writer.write(tensor.name(), bytes);
                }
                writer.finish();
            }
        }
        return file;
    }
}
