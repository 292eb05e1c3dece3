package io.millrace.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the word that was probably meant. */
public final class DidYouMean {
    /** Nobody means a name longer than this, and comparing takes the product of the lengths. */
    private static final int MAX_WORD_CHARACTERS = 300;

    private DidYouMean() {}

    /** {@code did you mean 'aggregate'?} for the candidate nearest to the word, or null if none is near. */
    public static @Nullable String hint(String word, Collection<String> candidates) {
        String closest = closest(word, candidates);
        return closest == null ? null : "did you mean '" + closest + "'?";
    }

    /** The candidate nearest to the word, the first of several; null if more than about a third of the word differs. */
    public static @Nullable String closest(String word, Collection<String> candidates) {
        if (word.length() > MAX_WORD_CHARACTERS) {
            return null;
        }
        String folded = word.toLowerCase(Locale.ROOT);
        String closest = null;
        int best = Math.max(1, word.length() / 3) + 1;
        for (String candidate : candidates) {
            int distance = distance(folded, candidate.toLowerCase(Locale.ROOT));
            // A word of one or two letters is one edit away from nearly any other.
            if (distance < best && distance < Math.max(word.length(), candidate.length())) {
                best = distance;
                closest = candidate;
            }
        }
        return closest == null ? otherForm(folded, candidates) : closest;
    }

    /** {@code tumble} for {@code tumbling}, {@code agg} for {@code aggregate}. */
    private static @Nullable String otherForm(String word, Collection<String> candidates) {
        for (String candidate : candidates) {
            String folded = candidate.toLowerCase(Locale.ROOT);
            int shared = 0;
            while (shared < Math.min(word.length(), folded.length()) && word.charAt(shared) == folded.charAt(shared)) {
                shared++;
            }
            if (shared >= 3 && shared * 4 >= word.length() * 3) {
                return candidate;
            }
        }
        return null;
    }

    /** Damerau-Levenshtein distance in its restricted form (optimal string alignment): a swapped pair counts once. */
    static int distance(String a, String b) {
        int[][] distances = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                distances[i][j] = i == 0 ? j : j == 0 ? i : step(a, b, i, j, distances);
            }
        }
        return distances[a.length()][b.length()];
    }

    private static int step(String a, String b, int i, int j, int[][] distances) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(distances[i - 1][j] + 1, distances[i][j - 1] + 1);
        least = Math.min(least, distances[i - 1][j - 1] + change);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, distances[i - 2][j - 2] + 1) : least;
    }
}
