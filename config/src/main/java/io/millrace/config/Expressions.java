package io.millrace.config;

/** The little that the reader knows of SQL text: enough to see that YAML has cut it. */
final class Expressions {
    private Expressions() {}

    /** Whether a quote or a parenthesis opens in this text that does not close in it. */
    static boolean isOpen(String text) {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted ^= c == '\'';
            if (!quoted) {
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            }
        }
        return quoted || depth > 0;
    }
}
