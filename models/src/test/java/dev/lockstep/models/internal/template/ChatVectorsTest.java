package dev.lockstep.models.internal.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.models.internal.template.TemplateException.Reason;
import dev.lockstep.models.internal.tokenizer.JsonText;
import dev.lockstep.models.internal.tokenizer.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Templates of real models on recorded conversations: what Jinja itself printed, character by character. */
class ChatVectorsTest {
    private static final Path FOLDER = SharedData.root().resolve("vectors/tokenizers/chat");

    @Test
    void everyCaseRendersAsRecorded() throws IOException {
        Map<?, ?> vectors = JsonText.object(Files.readString(FOLDER.resolve("cases.json")));
        Map<String, Template> templates = new HashMap<>();
        List<?> cases = (List<?>) vectors.get("cases");
        assertThat(cases).hasSize(352);
        for (Object each : cases) {
            Map<?, ?> vector = (Map<?, ?>) each;
            String file = (String) vector.get("template");
            Template template = templates.computeIfAbsent(file, ChatVectorsTest::parse);
            Map<String, Object> variables = variables(vectors, (Map<?, ?>) ((Map<?, ?>) vectors.get("conversations")).get(vector.get("conversation")));
            LocalDateTime now = LocalDateTime.parse((String) vectors.get("now"));
            String name = file + ", " + vector.get("conversation");
            if (vector.containsKey("raises")) {
                assertThatThrownBy(() -> Renderer.render(template, variables, now)).as(name).isInstanceOfSatisfying(TemplateException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED)).hasMessageContaining((String) vector.get("raises"));
            } else {
                assertThat(Renderer.render(template, variables, now)).as(name).isEqualTo(vector.get("expected"));
            }
        }
        assertThat(templates).hasSize(29);
    }

    private static Template parse(String file) {
        try {
            return Template.parse(Files.readString(FOLDER.resolve(file)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, Object> variables(Map<?, ?> vectors, Map<?, ?> conversation) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("messages", conversation.get("messages"));
        variables.put("tools", conversation.get("tools"));
        variables.put("add_generation_prompt", conversation.get("addGenerationPrompt"));
        variables.put("bos_token", new Rendering.Markup((String) vectors.get("bosToken")));
        variables.put("eos_token", new Rendering.Markup((String) vectors.get("eosToken")));
        return variables;
    }

    @Test
    void templatesOfLlamaCppRenderAsItExpects() throws IOException {
        Map<?, ?> vectors = JsonText.object(Files.readString(FOLDER.resolve("inline.json")));
        List<String> exact = new ArrayList<>();
        for (Object each : (List<?>) vectors.get("cases")) {
            Map<?, ?> vector = (Map<?, ?>) each;
            Map<String, Object> conversation = new HashMap<>();
            conversation.put("messages", vectors.get("messages"));
            conversation.put("addGenerationPrompt", vectors.get("addGenerationPrompt"));
            String text = Renderer.render(Template.parse((String) vector.get("template")), variables(vector, conversation), LocalDateTime.now());
            assertThat(text).as((String) vector.get("name")).isEqualTo(vector.get("jinja2"));
            if (vector.get("agree").equals(true)) {
                assertThat(text).as((String) vector.get("name")).isEqualTo(vector.get("llamaCppJinja"));
                exact.add((String) vector.get("name"));
            }
        }
        assertThat(exact).hasSizeGreaterThan(10);
    }
}
