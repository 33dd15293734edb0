# One static program on an empty base. Build: docker build -t rollcall .

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
	-ldflags "-s -w -buildid= -X main.version=${VERSION}" \
	-o /out/rollcall ./cmd/rollcall
RUN mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/rollcall /rollcall
# The folder belongs to the user below, and so does a new volume mounted on it.
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
VOLUME /data
EXPOSE 8080
# Inside a container every address but loopback is reached through the port that was
# published, and the encryption is up to whoever publishes it.
ENV ROLLCALL_DATA=/data \
	ROLLCALL_LISTEN=:8080 \
	ROLLCALL_ALLOW_PLAIN_HTTP=true
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/rollcall", "health"]
ENTRYPOINT ["/rollcall"]
CMD ["serve"]
