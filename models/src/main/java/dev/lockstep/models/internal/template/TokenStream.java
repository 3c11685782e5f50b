package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Token.Kind;
import java.util.List;

/** The words of a template, read one after another, and how deep what they spell is nested. */
final class TokenStream {
    /** Statements and expressions inside of one another; real templates reach 20. Keeps the parser within its stack. */
    static final int MAX_NESTING = 100;

    private final Source source;
    private final List<Token> tokens;
    private int index;
    private int nesting;

    TokenStream(Source source) {
        this.source = source;
        this.tokens = Lexer.tokens(source);
    }

    Token peek() {
        return tokens.get(index);
    }

    /** The word after the next one. */
    Token peekSecond() {
        return tokens.get(Math.min(index + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = peek();
        if (token.kind() != Kind.END) {
            index++;
        }
        return token;
    }

    boolean skipOperator(String text) {
        return skipIf(peek().isOperator(text));
    }

    boolean skipName(String text) {
        return skipIf(peek().isName(text));
    }

    private boolean skipIf(boolean isIt) {
        if (isIt) {
            next();
        }
        return isIt;
    }

    void expectOperator(String text) {
        if (!skipOperator(text)) {
            throw unexpected("'" + text + "'");
        }
    }

    void expectName(String text) {
        if (!skipName(text)) {
            throw unexpected("'" + text + "'");
        }
    }

    Token expect(Kind kind, String what) {
        if (peek().kind() != kind) {
            throw unexpected(what);
        }
        return next();
    }

    TemplateSyntaxException unexpected(String expected) {
        return fault(peek().at(), "unexpected " + peek().describe() + " where " + expected + " should be");
    }

    TemplateSyntaxException fault(int at, String problem) {
        return source.fault(at, problem);
    }

    /** Goes one level deeper; {@link #leave} belongs to it. */
    void enter() {
        if (++nesting > MAX_NESTING) {
            throw fault(peek().at(), "nested more than " + MAX_NESTING + " deep");
        }
    }

    void leave() {
        nesting--;
    }
}
