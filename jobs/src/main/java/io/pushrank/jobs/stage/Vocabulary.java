package io.pushrank.jobs.stage;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.rule.Rule;
import io.pushrank.jobs.rule.Rules;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.source.Sources;
import java.util.Comparator;

/** All that {@code conf/} says: the settings, and the facts, sources and rules that are calculated by them. */
public record Vocabulary(ConfigFile settings, Facts facts, Sources sources, Rules rules) {
    /** How many actors a source names at most, and how many a rule asks for. */
    private static final String MAX_ACTORS = "max_actors";

    private static final String MIN_ACTORS = "min_actors";

    /**
     * Reads it.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 naming file, line and word, when it cannot be used
     */
    public static Vocabulary of(ConfigFile settings) {
        Facts facts = Facts.of(settings);
        Vocabulary vocabulary = new Vocabulary(settings, facts, Sources.of(facts), Rules.of(facts));
        vocabulary.requireEnoughActors();
        // Refused where it cannot be understood, whichever stage runs.
        ModelChoice unused = vocabulary.modelChoice();
        return vocabulary;
    }

    /**
     * Checks that a rule asks for no more actors than any source names: it would let nothing pass. Where no source says how
     * many it names, any number may be.
     */
    private void requireEnoughActors() {
        sources.all().stream()
                .filter(source -> source.parameters().get(MAX_ACTORS) instanceof Integer)
                .max(Comparator.comparing(
                        source -> (Integer) source.parameters().get(MAX_ACTORS)))
                .ifPresent(source ->
                        rules.all().stream().filter(Rule::isOn).forEach(rule -> requireEnoughActors(rule, source)));
    }

    private static void requireEnoughActors(Rule rule, Source source) {
        int named = (Integer) source.parameters().get(MAX_ACTORS);
        if (rule.arguments().get(MIN_ACTORS) instanceof Integer asked && asked > named) {
            throw PushrankException.usage("config: rules." + rule.name() + "." + MIN_ACTORS
                    + " must be at most candidates.sources." + source.name() + "." + MAX_ACTORS + " (" + named
                    + "), but is " + asked);
        }
    }

    /** Which version of the heavy ranker scores whom. */
    public ModelChoice modelChoice() {
        return ModelChoice.of(facts);
    }

    public RankingConfig config() {
        return facts.config();
    }
}
