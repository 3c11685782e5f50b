package dev.lockstep.app;

import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.Embedder;
import dev.lockstep.models.EmbeddingOptions;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Pooling;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;

/** {@code lockstep embed}: vectors of texts, by an encoder. */
@Command(name = "embed",
        description = {"Prints a vector for each text: numbers on one line, or JSON. Texts that mean about the same have vectors that lie close together.",
            "The model must be an encoder of the BERT family (docs/models.md)."})
final class EmbedCommand extends IoCommand {
    /** A vector for each text that was read; nothing but their number and order is kept. */
    private record Embedded(int tokens, float[] vector) { }

    @Mixin
    private ModelOption model;

    @Option(names = "--pooling", paramLabel = "HOW", converter = PoolingName.class,
            description = "How one vector is made of those of all tokens: \"mean\", or \"cls\" for that of the first. Default: what the model's file says.")
    private Pooling pooling;

    @Option(names = "--no-normalize", description = "Leave vectors as long as the model makes them, instead of 1.")
    private boolean raw;

    @Option(names = "--lines", description = "Every line of standard input is a text.")
    private boolean lines;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin
    private ThreadsOption threads;

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "The texts. Without any, standard input is one text, as it is.")
    private List<String> texts = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (texts.isEmpty() && io.inIsTerminal()) {
            throw new ParameterException(spec.commandLine(), "which text? Give TEXT or pipe it in");
        }
        // all that the model can read
        LoadOptions options = Arguments.checked(spec, () -> threads.apply(LoadOptions.defaults().withMaxContext(Integer.MAX_VALUE)));
        try (var own = model.identities(); var checkpoint = model.open(io, own); Embedder embedder = Embedder.load(checkpoint, options);
                var memory = SecureArena.open("texts")) {
            EmbeddingOptions wanted = options(embedder);
            List<MemorySegment> read = read(memory);
            requireRoom(embedder, read);
            List<Embedded> all = new ArrayList<>();
            for (MemorySegment text : read) {
                all.add(embed(embedder, text, wanted));
            }
            print(embedder, wanted, all);
        }
        return ExitCode.OK;
    }

    private EmbeddingOptions options(Embedder embedder) {
        Pooling chosen = pooling != null ? pooling : embedder.pooling().orElseThrow(() -> new ParameterException(spec.commandLine(),
                Printable.text(embedder.name()) + " does not say how its vectors are pooled; give --pooling mean or --pooling cls"));
        EmbeddingOptions options = EmbeddingOptions.defaults().withPooling(chosen);
        return raw ? options.withoutNormalization() : options;
    }

    private List<MemorySegment> read(SecureArena memory) throws IOException {
        if (!texts.isEmpty()) {
            return texts.stream().map(text -> TextInput.ofArgument(text, memory)).toList();
        }
        MemorySegment whole = TextInput.ofStdin(io, memory);
        return lines ? lines(whole) : List.of(whole);
    }

    /** What is after the last line feed is a line if there is anything. */
    private static List<MemorySegment> lines(MemorySegment text) {
        List<MemorySegment> lines = new ArrayList<>();
        long from = 0;
        for (long at = 0; at < text.byteSize(); at++) {
            if (text.get(ValueLayout.JAVA_BYTE, at) == '\n') {
                lines.add(text.asSlice(from, at - from));
                from = at + 1;
            }
        }
        if (from < text.byteSize()) {
            lines.add(text.asSlice(from));
        }
        return lines;
    }

    /** Before anything is computed: one long text shall not lose the vectors of the others. */
    private void requireRoom(Embedder embedder, List<MemorySegment> read) {
        for (int i = 0; i < read.size(); i++) {
            try (var memory = SecureArena.open("tokens")) {
                long tokens = embedder.tokenizer().encode(read.get(i), true, memory).byteSize() / Integer.BYTES;
                if (tokens > embedder.maxTokens()) {
                    String kind = texts.isEmpty() && lines ? "line " : "text ";
                    throw ContextLengthException.ofText(kind + (i + 1), tokens, embedder.maxTokens());
                }
            }
        }
    }

    private static Embedded embed(Embedder embedder, MemorySegment text, EmbeddingOptions options) {
        try (var memory = SecureArena.open("vector")) {
            MemorySegment vector = memory.allocate((long) embedder.dimension() * Float.BYTES);
            int tokens = embedder.embed(text, options, vector);
            return new Embedded(tokens, vector.toArray(LittleEndian.FLOAT));
        }
    }

    private void print(Embedder embedder, EmbeddingOptions options, List<Embedded> all) {
        if (!json) {
            all.forEach(each -> io.println(line(each.vector)));
            return;
        }
        var root = Json.object();
        root.put("model", embedder.name()).put("dimension", embedder.dimension())
                .put("pooling", options.pooling().orElseThrow().name().toLowerCase(Locale.ROOT)).put("normalized", options.normalized());
        ArrayNode embeddings = root.putArray("embeddings");
        for (Embedded each : all) {
            ArrayNode vector = embeddings.addObject().put("tokens", each.tokens).putArray("vector");
            for (float number : each.vector) {
                vector.add(number);
            }
        }
        io.println(Json.pretty(root));
    }

    private static String line(float[] vector) {
        var line = new StringJoiner(" ");
        for (float number : vector) {
            line.add(Float.toString(number));
        }
        return line.toString();
    }

    /** Names as in the help, in any case. */
    static final class PoolingName implements ITypeConverter<Pooling> {
        @Override
        public Pooling convert(String name) {
            return Arguments.named(name, Pooling.values());
        }
    }
}
