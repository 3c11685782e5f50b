package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.models.ChatMessage;
import dev.lockstep.models.ChatMessage.Role;
import dev.lockstep.models.ChatOptions;
import dev.lockstep.models.ChatTemplate;
import dev.lockstep.models.ChatTemplateException;
import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.Generation;
import dev.lockstep.models.Generation.Finish;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.models.Token;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations in sessions. */
class ChatTest {
    private static final Sampling GREEDY = Sampling.greedy().maxTokens(12);

    @TempDir
    private static Path folder;
    private static Model model;

    @BeforeAll
    static void load() throws IOException {
        model = Models.unsigned(TemplatedModel.write(folder.resolve("templated.gguf"), TemplatedModel.TEMPLATE), 2);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static List<ChatMessage> question(String text) {
        return new ArrayList<>(List.of(ChatMessage.system("You tell fairy tales."), ChatMessage.user(text)));
    }

    /** An answer, and how it was made. */
    private record Answer(Generation generation, List<Integer> ids, String text) {
        static Answer of(Session session, List<ChatMessage> messages) {
            List<Integer> ids = new ArrayList<>();
            var text = new StringBuilder();
            Generation generation = session.chat(messages, GREEDY, token -> {
                if (token.id() != Token.NONE) {
                    ids.add(token.id());
                }
                text.append(token.text());
            });
            return new Answer(generation, ids, text.toString());
        }
    }

    private static int[] ids(List<ChatMessage> messages) {
        try (var memory = SecureArena.open("test")) {
            var prompt = model.chatTemplate().orElseThrow().render(messages, ChatOptions.defaults(), memory);
            return model.tokenizer().encodeMarked(prompt.utf8(), prompt.textRanges(), false, memory).toArray(ValueLayout.JAVA_INT);
        }
    }

    @Test
    void anAnswerContinuesWhatTheTemplateSays() {
        int[] prompt = ids(question("Tell me one."));
        assertThat(prompt[0]).isEqualTo(model.tokenizer().beginOfText().orElseThrow());
        try (Session session = model.newSession(); Session tokenByToken = model.newSession()) {
            Answer answer = Answer.of(session, question("Tell me one."));
            assertThat(answer.generation().promptTokens()).isEqualTo(prompt.length);
            assertThat(answer.ids()).isNotEmpty();
            int[] expected = Models.greedy(tokenByToken, prompt, answer.ids().size());
            assertThat(answer.ids()).containsExactlyElementsOf(Arrays.stream(expected).boxed().toList());
        }
    }

    @Test
    void theNextTurnReadsOnlyWhatIsNew() {
        try (Session session = model.newSession(); Session fresh = model.newSession()) {
            List<ChatMessage> conversation = question("Tell me one.");
            Answer first = Answer.of(session, conversation);
            conversation.add(ChatMessage.assistant(first.text()));
            conversation.add(ChatMessage.user("And another one?"));
            Answer second = Answer.of(session, conversation);
            Answer whole = Answer.of(fresh, conversation);
            assertThat(second.ids()).isEqualTo(whole.ids());
            assertThat(whole.generation().promptTokens()).isEqualTo(ids(conversation).length);
            assertThat(second.generation().promptTokens()).isLessThanOrEqualTo(ids(conversation).length - first.generation().promptTokens());
            assertThat(session.position()).isEqualTo(fresh.position());

            // another conversation in the same session: nothing of the first is left
            Answer other = Answer.of(session, question("Who are you?"));
            try (Session another = model.newSession()) {
                assertThat(other.ids()).isEqualTo(Answer.of(another, question("Who are you?")).ids());
            }
        }
    }

    /** In this model one token begins and ends texts. */
    @Test
    void whatUsersWriteMakesNoControlTokens() {
        int control = model.tokenizer().endOfText().orElseThrow();
        assertThat(model.tokenizer().beginOfText()).hasValue(control);
        String spelling = model.tokenizer().piece(control).repeat(2);
        List<ChatMessage> conversation = question(spelling + " x " + spelling);
        assertThat(ids(conversation)).containsOnlyOnce(control);
        conversation.add(ChatMessage.assistant("y " + spelling));
        conversation.add(ChatMessage.user("z"));
        assertThat(ids(conversation)).satisfies(ids -> assertThat(Arrays.stream(ids).filter(id -> id == control).count()).isEqualTo(2));
    }

    @Test
    void aCancelledAnswerLeavesAnEmptySession() {
        try (Session session = model.newSession()) {
            List<ChatMessage> conversation = question("Tell me one.");
            Answer undisturbed = Answer.of(session, conversation);
            assertThat(session.chat(conversation, GREEDY, _ -> session.cancel()).finish()).isEqualTo(Finish.CANCELLED);
            assertThat(session.position()).isZero();
            assertThat(Answer.of(session, conversation).ids()).isEqualTo(undisturbed.ids());
        }
    }

    @Test
    void whatCannotBeRenderedOrDoesNotFitLeavesTheSessionAsItWas() {
        try (Session session = model.newSession(120)) {
            Answer.of(session, question("x"));
            int position = session.position();
            assertThatThrownBy(() -> Answer.of(session, question("fairy tale ".repeat(100)))).isInstanceOf(ContextLengthException.class)
                    .hasMessageContaining("leaves no room for an answer");
            assertThatThrownBy(() -> Answer.of(session, List.of(ChatMessage.of(Role.TOOL, "se-cret")))).isInstanceOfSatisfying(
                    ChatTemplateException.class, e -> assertThat(e.reason()).isEqualTo(ChatTemplateException.Reason.REFUSED))
                    .hasMessageContaining("line 2").hasMessageContaining("there are no tools for ...").hasMessageNotContaining("cret");
            assertThatThrownBy(() -> Answer.of(session, List.of(ChatMessage.of(Role.USER, "half \ud800")
                    .with("x", "half \ud800")))).isInstanceOf(IllegalArgumentException.class);
            assertThat(session.position()).isEqualTo(position);
        }
    }

    @Test
    void aModelWithoutATemplateSaysSo() {
        try (Model plain = Models.demo(); Session session = plain.newSession()) {
            assertThat(plain.chatTemplate()).isEmpty();
            assertThatThrownBy(() -> session.chat(question("x"), GREEDY, _ -> { })).isInstanceOfSatisfying(ChatTemplateException.class,
                    e -> assertThat(e.reason()).isEqualTo(ChatTemplateException.Reason.MISSING)).hasMessageContaining("tokenizer.chat_template");
            var generation = session.chat(question("x"), ChatTemplate.plain(), ChatOptions.defaults(), GREEDY, _ -> { });
            assertThat(generation.promptTokens()).isPositive();
        }
    }

    @Test
    void aModelWithAnUnsupportedTemplateCanStillContinueTexts() throws IOException {
        Path file = TemplatedModel.write(folder.resolve("unsupported.gguf"), "{{ bos_token }}\n{% include 'other' %}");
        try (Model loaded = Models.unsigned(file, 1); Session session = loaded.newSession()) {
            assertThat(Models.generate(session, "Once", Sampling.greedy().maxTokens(2))).isNotEmpty();
            assertThatThrownBy(loaded::chatTemplate).isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("tokenizer.chat_template").hasMessageContaining("line 2, column 4: the tag include is not supported");
        }
    }
}
