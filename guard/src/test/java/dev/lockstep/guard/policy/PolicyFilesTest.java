package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What lies in docs/ for people who write policies: the schema and the examples. */
class PolicyFilesTest {
    private static final Path DOCS = Path.of("../docs");
    private static final JsonNode SCHEMA = new JsonMapper().readTree(GuardPolicies.schema());

    /** Where the schema describes an object, where {@link PolicyText} has one, and what the reader knows. */
    private record Described(String inSchema, String inPolicy, Set<String> members) { }

    private static final List<Described> OBJECTS = List.of(
            new Described("", "", GuardPolicyReader.MEMBERS),
            new Described("/$defs/model", "/models/0", GuardPolicyReader.MODEL_MEMBERS),
            new Described("/$defs/principal", "/principals/0", GuardPolicyReader.PRINCIPAL_MEMBERS),
            new Described("/$defs/posture", "/postures/0", PostureRuleReader.MEMBERS),
            new Described("/$defs/check", "/postures/0/checks/0", PostureRuleReader.CHECK_MEMBERS),
            new Described("/$defs/others", "/postures/0/others", PostureRuleReader.OTHERS_MEMBERS),
            new Described("/$defs/dataClass", "/dataClasses/0", DataClassReader.MEMBERS),
            new Described("/$defs/limits", "/limits", DataClassReader.LIMIT_MEMBERS),
            new Described("/$defs/audit", "/audit", GuardPolicyReader.AUDIT_MEMBERS));

    private static List<Described> objects() {
        return OBJECTS;
    }

    @ParameterizedTest
    @MethodSource("objects")
    void theSchemaKnowsTheMembersThatTheReaderKnows(Described object) {
        JsonNode described = SCHEMA.at(object.inSchema());

        assertThat(new TreeSet<>(described.get("properties").propertyNames())).isEqualTo(new TreeSet<>(object.members()));
        assertThat(described.get("additionalProperties").booleanValue()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("objects")
    void theSchemaRequiresWhatTheReaderRequires(Described object) {
        Set<String> required = new TreeSet<>();
        SCHEMA.at(object.inSchema()).get("required").forEach(name -> required.add(name.stringValue()));

        for (String member : object.members()) {
            var policy = new PolicyText();
            ((ObjectNode) policy.json().at(object.inPolicy())).remove(member);
            if (required.contains(member)) {
                assertThatThrownBy(policy::parse).as(member).isInstanceOf(RuntimeException.class);
            } else {
                assertThat(policy.parse()).as(member).isNotNull();
            }
        }
    }

    @Test
    void everyObjectOfTheSchemaIsCompared() {
        assertThat(OBJECTS).extracting(Described::inSchema).contains(SCHEMA.get("$defs").propertyNames().stream()
                .filter(name -> SCHEMA.at("/$defs/" + name).has("properties")).map(name -> "/$defs/" + name).toArray(String[]::new));
    }

    @Test
    void theSchemaHasTheWordsOfTheReader() {
        assertThat(words("/properties/format/const")).containsExactly(GuardPolicyReader.FORMAT);
        assertThat(words("/$defs/reaction/enum")).containsExactlyElementsOf(Stream.of(Reaction.values()).map(Reaction::id).toList());
        assertThat(words("/$defs/principal/properties/type/enum"))
                .containsExactlyElementsOf(Stream.of(PrincipalEntry.Kind.values()).map(PrincipalEntry.Kind::id).toList());
        assertThat(words("/$defs/principal/properties/scopes/items/enum"))
                .containsExactlyElementsOf(Stream.of(Scope.values()).map(Scope::id).toList());
        assertThat(words("/$defs/audit/properties/onError/enum"))
                .containsExactlyElementsOf(Stream.of(AuditRule.OnError.values()).map(AuditRule.OnError::id).toList());
    }

    private static List<String> words(String place) {
        JsonNode node = SCHEMA.at(place);
        return node.isString() ? List.of(node.stringValue()) : node.valueStream().map(JsonNode::stringValue).toList();
    }

    private static Map<String, GuardPolicy> examples() {
        var examples = new TreeMap<String, GuardPolicy>();
        try (Stream<Path> files = Files.list(DOCS.resolve("examples"))) {
            files.filter(file -> file.getFileName().toString().startsWith("guard-"))
                    .forEach(file -> examples.put(file.getFileName().toString(), read(file)));
            return examples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GuardPolicy read(Path file) {
        try {
            return GuardPolicy.parse(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyExampleIsAPolicyAndNothingInItIsOddThatIsNotMeant() {
        Map<String, GuardPolicy> examples = examples();
        assertThat(examples).containsKeys("guard-built-in.json", "guard-developer.json", "guard-kiosk.json", "guard-office.json");
        assertThat(findings(examples.remove("guard-endpoint.json"))).as("tried out with --audit").singleElement().asString()
                .startsWith("a record is required, but its user chooses where");
        assertThat(findings(examples.remove("guard-regulated.json"))).as("for a server").singleElement().asString().startsWith("limits by the minute");
        assertThat(examples).allSatisfy((_, policy) -> assertThat(findings(policy)).isEmpty());
    }

    private static List<String> findings(GuardPolicy policy) {
        return PolicyReview.of(policy, Instant.parse("2026-11-27T12:00:00Z"));
    }

    /** That no agent was there at the start says nothing of one that comes later; what forbids that are the VM's options. */
    @Test
    void strictExamplesRefuseAgentsThatComeLater() {
        for (String name : List.of("endpoint", "kiosk", "office", "regulated")) {
            GuardPolicy policy = examples().get("guard-" + name + ".json");
            Reactions reactions = policy.postures().getFirst().reactions("jvm.flags");
            assertThat(reactions).as(name).isEqualTo(new Reactions(Reaction.REFUSE, Reaction.REFUSE));
        }
    }

    @Test
    void theBuiltInPolicyIsTheExample() {
        assertThat(GuardPolicy.BUILT_IN).isEqualTo(examples().get("guard-built-in.json"));
    }
}
