package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What holds of any policy and any request; a thousand pairs of them, from a literal seed. */
class PolicyPropertyTest {
    private static final long SEED = 20261127;
    private static final int POLICIES = 84;
    private static final int REQUESTS = 15;
    private static final List<String> NAMES = List.of("anna", "bob", "legal", "staff", "batch");
    private static final List<String> CHECKS = List.of("disk.encryption", "swap", "debugger");
    private static final String[] REACTIONS = {"ignore", "warn", "refuse"};

    private final Random random = new Random(SEED);

    /** Forbids something more; leaves the policy as it is where that is not possible. */
    private interface Restriction extends BiConsumer<Random, PolicyText> { }

    private static final List<Restriction> RESTRICTIONS = List.of(
            (_, policy) -> policy.root(root -> root.put("notAfter", "2026-06-01T00:00:00Z")),
            (_, policy) -> policy.root(root -> root.remove("defaultDataClass")),
            (_, policy) -> policy.root(root -> root.putObject("audit").put("required", true)),
            (random, policy) -> any(random, policy, "/dataClasses").put("saveSessions", false),
            (random, policy) -> any(random, policy, "/dataClasses").put("logPrompts", false),
            (random, policy) -> any(random, policy, "/dataClasses").put("unsignedModels", false),
            (random, policy) -> any(random, policy, "/dataClasses").withObject("/limits").put("maxPromptTokens", 1),
            (random, policy) -> any(random, policy, "/dataClasses").withObject("/limits").put("tokensPerMinute", 1),
            (_, policy) -> policy.root(root -> root.withObject("/limits").put("requestsPerMinute", 1)),
            (_, policy) -> policy.root(root -> root.withObject("/limits").put("maxContext", 1)),
            (random, policy) -> smaller(any(random, policy, "/dataClasses"), "models"),
            (random, policy) -> smaller(any(random, policy, "/dataClasses"), "principals"),
            (random, policy) -> confine(any(random, policy, "/dataClasses")),
            (random, policy) -> smaller(any(random, policy, "/principals"), "dataClasses"),
            (random, policy) -> smaller(any(random, policy, "/principals"), "scopes"),
            (random, policy) -> any(random, policy, "/principals").put("notAfter", "2026-06-01T00:00:00Z"),
            (random, policy) -> any(random, policy, "/models").put("minVersion", 9),
            (random, policy) -> any(random, policy, "/models").putArray("signers").add("nobody"),
            (random, policy) -> pin(any(random, policy, "/models")),
            (random, policy) -> ((ObjectNode) policy.json().at("/postures/0/checks/0")).put(random.nextBoolean() ? "fail" : "unknown", "refuse"),
            (random, policy) -> ((ObjectNode) policy.json().at("/postures/0/others")).put(random.nextBoolean() ? "fail" : "unknown", "refuse"));

    private static ObjectNode any(Random random, PolicyText policy, String place) {
        JsonNode array = policy.json().at(place);
        return (ObjectNode) array.get(random.nextInt(array.size()));
    }

    private static void smaller(ObjectNode object, String member) {
        if (object.get(member) instanceof ArrayNode names && names.size() > 1) {
            names.remove(0);
        }
    }

    /** To bytes, where it was to none; other bytes instead would no longer tell a copy under another name. */
    private static void pin(ObjectNode model) {
        if (!model.has("digests")) {
            model.putArray("digests").add("9".repeat(64));
        }
    }

    private static void confine(ObjectNode dataClass) {
        if (!dataClass.has("principals")) {
            dataClass.putArray("principals").add("group:legal");
        }
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String digest() {
        return random.nextInt(4) == 0 ? "2".repeat(64) : PolicyText.DIGEST;
    }

    /** The valid policy, loosened here and there, so that much of what follows is allowed. */
    private PolicyText policy() {
        var policy = new PolicyText();
        policy.array("/principals", all -> all.addObject().put("type", "user").put("name", "*").putArray("dataClasses").add("public"));
        policy.array("/principals", all -> all.addObject().put("type", "group").put("name", "staff").putArray("dataClasses").add("public"));
        policy.at("/postures/0/checks/0", check -> check.put("fail", REACTIONS[random.nextInt(3)]).put("unknown", REACTIONS[random.nextInt(3)]));
        policy.at("/postures/0/others", others -> others.put("fail", REACTIONS[random.nextInt(3)]).put("unknown", REACTIONS[random.nextInt(3)]));
        policy.at("/postures/0", posture -> posture.remove("minKernel"));
        policy.root(root -> root.withObject("/audit").put("required", random.nextBoolean()));
        policy.at("/dataClasses/1", object -> object.put("saveSessions", random.nextBoolean()).put("logPrompts", random.nextBoolean()));
        for (String member : List.of("digests", "signers", "minVersion")) {
            policy.at("/models/0", model -> removeSometimes(model, member));
        }
        policy.at("/dataClasses/0", object -> removeSometimes(object, "principals"));
        return policy;
    }

    private void removeSometimes(ObjectNode object, String member) {
        if (random.nextBoolean()) {
            object.remove(member);
        }
    }

    private Facts facts() {
        Principal principal = random.nextInt(4) == 0 ? Facts.service("batch") : Facts.user(one(NAMES), one(NAMES), "a", "b");
        var checks = new ArrayList<CheckResult>();
        CHECKS.forEach(check -> checks.add(Facts.check(check, random.nextInt(3) == 0 ? one(List.of(CheckStatus.values())) : CheckStatus.PASS)));
        var model = new ModelFacts(one(List.of("llama", "qwen")), one(List.of("llama", "qwen")), digest(),
                random.nextInt(4) == 0 ? Set.of() : Set.of(PolicyText.SIGNER), random.nextInt(2, 5));
        return new Facts(principal, random.nextInt(8) == 0 ? Scope.METRICS : Scope.INFER, one(List.of(Optional.empty(), Optional.of("public"),
                Optional.of("confidential"))), checks, random.nextInt(4) > 0, model, random.nextInt(1, 2100), random.nextInt(1, 60), random.nextInt(1, 60),
                new Recent(random.nextInt(6), random.nextInt(500)), Instant.parse(one(List.of("2026-05-01T00:00:00Z", "2026-11-01T00:00:00Z"))));
    }

    /** Whether each stage allows it: a session may be refused where a model is not. */
    private static List<Boolean> stages(Facts facts, GuardPolicy policy) {
        return facts.decisions(policy).stream().map(Decision::isAllowed).toList();
    }

    @Test
    void theSameInputGivesTheSameAnswer() {
        for (int i = 0; i < POLICIES; i++) {
            PolicyText text = policy();
            GuardPolicy policy = text.parse();
            GuardPolicy again = text.parse();
            for (int j = 0; j < REQUESTS; j++) {
                Facts facts = facts();
                assertThat(facts.trace(policy)).as("seed=%d policy=%d request=%d", SEED, i, j).isEqualTo(facts.trace(policy)).isEqualTo(facts.trace(again));
            }
        }
    }

    @Test
    void aRestrictionNeverAllowsMore() {
        int refusedByIt = 0;
        int allowed = 0;
        for (int i = 0; i < POLICIES; i++) {
            PolicyText text = policy();
            GuardPolicy before = text.parse();
            int which = i % RESTRICTIONS.size();
            RESTRICTIONS.get(which).accept(random, text);
            GuardPolicy after = text.parse();
            for (int j = 0; j < REQUESTS; j++) {
                Facts facts = facts();
                List<Boolean> then = stages(facts, before);
                List<Boolean> now = stages(facts, after);
                for (int stage = 0; stage < then.size(); stage++) {
                    if (now.get(stage) && !then.get(stage)) {
                        fail("seed=%d policy=%d request=%d stage=%d restriction=%d allows more", SEED, i, j, stage, which);
                    }
                    allowed += then.get(stage) ? 1 : 0;
                    refusedByIt += then.get(stage) && !now.get(stage) ? 1 : 0;
                }
            }
        }
        // neither is everything refused, nor do restrictions do nothing
        assertThat(allowed).isGreaterThan(500);
        assertThat(refusedByIt).isGreaterThan(50);
    }

    @Test
    void theOrderOfAnArrayDoesNotMatter() {
        for (int i = 0; i < POLICIES; i++) {
            PolicyText text = policy();
            GuardPolicy ordered = text.parse();
            shuffle(text.json());
            GuardPolicy shuffled = text.parse();
            for (int j = 0; j < REQUESTS; j++) {
                Facts facts = facts();
                assertThat(facts.trace(shuffled)).as("seed=%d policy=%d request=%d", SEED, i, j).isEqualTo(facts.trace(ordered));
            }
        }
    }

    private void shuffle(JsonNode node) {
        node.forEach(this::shuffle);
        if (node instanceof ArrayNode array) {
            var elements = new ArrayList<JsonNode>();
            array.forEach(elements::add);
            Collections.shuffle(elements, random);
            array.removeAll().addAll(elements);
        }
    }
}
