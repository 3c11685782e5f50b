package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Statement.Target;
import dev.lockstep.models.internal.template.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the statements of a template. */
final class Parser {
    private static final String SUPPORTED = "supported are if, for, break, continue, set, macro, call, with, generation and raw";

    /** Of a macro; every call walks through them. */
    private static final int MAX_PARAMETERS = 255;

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    /** Loops around the current statement, inside of the same macro. */
    private int loops;

    private Parser(Source source) {
        this.tokens = new TokenStream(source);
        this.expressions = new ExpressionParser(tokens);
    }

    /** @throws TemplateSyntaxException if the template breaks the language, or uses what is not supported */
    static List<Statement> parse(Source source) {
        var parser = new Parser(source);
        List<Statement> statements = parser.statements(Set.of());
        if (parser.tokens.peek().kind() != Kind.END) {
            throw parser.tokens.unexpected("text");
        }
        return statements;
    }

    /** Statements up to a tag that begins with one of the words; the tag's begin has been read then, the word has not. */
    private List<Statement> statements(Set<String> ends) {
        tokens.enter();
        List<Statement> statements = new ArrayList<>();
        while (tokens.peek().kind() != Kind.END) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Data(Text.literal(token.text())));
                case PRINT_BEGIN -> {
                    statements.add(new Statement.Print(expressions.expressionOrTuple()));
                    tokens.expect(Kind.PRINT_END, "'}}'");
                }
                default -> {
                    Token word = tokens.peek();
                    if (word.kind() == Kind.NAME && ends.contains(word.text())) {
                        tokens.leave();
                        return List.copyOf(statements);
                    }
                    statements.add(statement());
                }
            }
        }
        if (!ends.isEmpty()) {
            throw tokens.unexpected(String.join(" or ", ends.stream().sorted().toList()));
        }
        tokens.leave();
        return List.copyOf(statements);
    }

    /** Statements up to the tag that ends them, which is read as well. */
    private List<Statement> body(String end) {
        List<Statement> body = statements(Set.of(end));
        tokens.expectName(end);
        endTag();
        return body;
    }

    private void endTag() {
        tokens.expect(Kind.BLOCK_END, "'%}'");
    }

    private Statement statement() {
        Token word = tokens.expect(Kind.NAME, "the name of a tag");
        return switch (word.text()) {
            case "if" -> conditional();
            case "for" -> loop();
            case "set" -> set();
            case "macro" -> macro();
            case "call" -> callBlock();
            case "with" -> with();
            case "generation" -> {
                endTag();
                yield new Statement.Group(body("endgeneration"));
            }
            case "break" -> {
                requireLoop(word);
                yield new Statement.Break();
            }
            case "continue" -> {
                requireLoop(word);
                yield new Statement.Continue();
            }
            case "else", "elif", "endif", "endfor", "endset", "endmacro", "endcall", "endwith", "endgeneration" ->
                    throw tokens.fault(word.at(), "unexpected " + word.text());
            default -> throw tokens.fault(word.at(), "the tag " + word.text() + " is not supported; " + SUPPORTED);
        };
    }

    private void requireLoop(Token word) {
        if (loops == 0) {
            throw tokens.fault(word.at(), word.text() + " outside of a loop");
        }
        endTag();
    }

    private Statement conditional() {
        List<Statement.If.Branch> branches = new ArrayList<>();
        do {
            Expression condition = expressions.expressionOrTuple();
            endTag();
            branches.add(new Statement.If.Branch(condition, statements(Set.of("elif", "else", "endif"))));
        } while (tokens.skipName("elif"));
        return new Statement.If(List.copyOf(branches), otherwise("endif"));
    }

    /** From an {@code else} or the end on. */
    private List<Statement> otherwise(String end) {
        if (tokens.skipName("else")) {
            endTag();
            return body(end);
        }
        tokens.expectName(end);
        endTag();
        return List.of();
    }

    private Statement loop() {
        Target target = target(false);
        tokens.expectName("in");
        Expression iterable = iterable();
        Expression filter = tokens.skipName("if") ? expressions.expression() : null;
        if (tokens.peek().isName("recursive")) {
            throw tokens.fault(tokens.peek().at(), "recursive loops are not supported");
        }
        endTag();
        loops++;
        List<Statement> body = statements(Set.of("else", "endfor"));
        loops--;
        return new Statement.For(target, iterable, filter, body, otherwise("endfor"));
    }

    private Expression iterable() {
        int at = tokens.peek().at();
        Expression first = expressions.or();
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",") && tokens.peek().kind() != Kind.BLOCK_END && !tokens.peek().isName("if")) {
            items.add(expressions.or());
        }
        return new Expression.SequenceLiteral(Value.Sequence.Kind.TUPLE, List.copyOf(items), at);
    }

    private Statement set() {
        Token begin = tokens.peek();
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            var set = new Statement.Set(target, expressions.expressionOrTuple());
            endTag();
            return set;
        }
        if (tokens.peek().isOperator("|")) {
            throw tokens.fault(begin.at(), "set blocks with a filter are not supported");
        }
        endTag();
        return new Statement.SetBlock(target, body("endset"));
    }

    /** One target, or several with commas between them. */
    private Target target(boolean withMembers) {
        int at = tokens.peek().at();
        Target first = singleTarget(withMembers);
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        List<Target> targets = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",") && !tokens.peek().isName("in") && !tokens.peek().isOperator("=") && !tokens.peek().isOperator(")")) {
            targets.add(singleTarget(withMembers));
        }
        return new Target.Several(List.copyOf(targets), at);
    }

    private Target singleTarget(boolean withMembers) {
        if (tokens.skipOperator("(")) {
            tokens.enter();
            Target inner = target(withMembers);
            tokens.leave();
            tokens.expectOperator(")");
            return inner;
        }
        Token name = variable();
        if (withMembers && tokens.skipOperator(".")) {
            Token member = tokens.expect(Kind.NAME, "a name");
            return new Target.Member(name.text(), Text.literal(member.text()), name.at());
        }
        return new Target.Name(name.text());
    }

    private Token variable() {
        Token name = tokens.expect(Kind.NAME, "the name of a variable");
        if (Set.of("true", "false", "none", "True", "False", "None").contains(name.text())) {
            throw tokens.fault(name.at(), "cannot assign to " + name.text());
        }
        return name;
    }

    private Statement macro() {
        Token name = variable();
        tokens.expectOperator("(");
        List<Statement.Macro.Parameter> parameters = parameters();
        return macro(name.text(), parameters, "endmacro");
    }

    /** The rest of a tag, and the body. */
    private Statement.Macro macro(String name, List<Statement.Macro.Parameter> parameters, String end) {
        endTag();
        int outer = loops;
        loops = 0;
        List<Statement> body = body(end);
        loops = outer;
        return new Statement.Macro(name, parameters, body);
    }

    /** After the opening parenthesis. */
    private List<Statement.Macro.Parameter> parameters() {
        List<Statement.Macro.Parameter> parameters = new ArrayList<>();
        Set<String> names = new HashSet<>();
        while (!tokens.skipOperator(")")) {
            Token name = variable();
            Expression usual = tokens.skipOperator("=") ? expressions.expression() : null;
            if (usual == null && !parameters.isEmpty() && parameters.getLast().usual() != null) {
                throw tokens.fault(name.at(), "a parameter without a default value follows one with one");
            }
            if (!names.add(name.text())) {
                throw tokens.fault(name.at(), "the parameter " + name.text() + " is there twice");
            }
            if (names.size() > MAX_PARAMETERS) {
                throw tokens.fault(name.at(), "a macro takes " + MAX_PARAMETERS + " parameters at most");
            }
            parameters.add(new Statement.Macro.Parameter(name.text(), usual));
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return List.copyOf(parameters);
    }

    private Statement callBlock() {
        Token begin = tokens.peek();
        List<Statement.Macro.Parameter> parameters = tokens.skipOperator("(") ? parameters() : List.of();
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw tokens.fault(begin.at(), "a call block calls something");
        }
        return new Statement.CallBlock(call, macro("caller", parameters, "endcall"));
    }

    private Statement with() {
        List<Statement.Set> assignments = new ArrayList<>();
        while (tokens.peek().kind() != Kind.BLOCK_END) {
            Target target = target(false);
            tokens.expectOperator("=");
            assignments.add(new Statement.Set(target, expressions.expression()));
            if (tokens.peek().kind() != Kind.BLOCK_END) {
                tokens.expectOperator(",");
            }
        }
        endTag();
        return new Statement.With(List.copyOf(assignments), body("endwith"));
    }
}
