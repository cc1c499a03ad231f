package io.pushrank.jobs.world;

import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where people of a group live.
 *
 * @param country ISO 3166-1 alpha-2
 * @param language main language, ISO 639-1
 * @param zones IANA time zones of the country
 */
record Place(String country, String language, List<ZoneId> zones) {

    /** Groups take these in turn, so that a world of few groups still has several countries and languages. */
    static final List<Place> ALL = List.of(
            place("US", "en", "America/New_York", "America/Chicago", "America/Denver"),
            place("BR", "pt", "America/Sao_Paulo"),
            place("JP", "ja", "Asia/Tokyo"),
            place("US", "en", "America/Los_Angeles", "America/Chicago"),
            place("GB", "en", "Europe/London"),
            place("FR", "fr", "Europe/Paris"),
            place("IN", "hi", "Asia/Kolkata"),
            place("MX", "es", "America/Mexico_City"),
            place("DE", "de", "Europe/Berlin"),
            place("ES", "es", "Europe/Madrid"),
            place("AU", "en", "Australia/Sydney", "Australia/Perth"),
            place("NG", "en", "Africa/Lagos"));

    private static Place place(String country, String language, String... zones) {
        return new Place(country, language, Stream.of(zones).map(ZoneId::of).toList());
    }
}
