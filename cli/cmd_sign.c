/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloister sign: SIGSTRUCT of an enclave file, in one step with a key file, or in two around a
 * signing device: --gendata writes the bytes to sign, --catsig takes their signature. Also makes
 * keys.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "enclave.h"
#include "sgx_sign.h"
#include "sigstruct.h"

static const char usage[] =
	"Usage: cloister sign --key PEM [OPTION...] ENCLAVE\n"
	"       cloister sign --gendata FILE --date YYYYMMDD [OPTION...] ENCLAVE\n"
	"       cloister sign --catsig FILE --pubkey PEM --date YYYYMMDD [OPTION...] ENCLAVE\n"
	"       cloister sign --gen-key PEM\n"
	"Write the signature file (SIGSTRUCT) that the processor demands to start an enclave.\n"
	"\n"
	"  --key PEM        sign with this private key (RSA-3072, exponent 3)\n"
	"  --gendata FILE   write the 256 bytes to be signed elsewhere\n"
	"  --catsig FILE    use this 384-byte PKCS#1 v1.5 SHA-256 signature of them\n"
	"  --pubkey PEM     the public key it was made with\n"
	"  --gen-key PEM    make a new private key, mode 0600\n"
	"  --production     the enclave cannot run as a debug enclave (default)\n"
	"  --debug          it can: its memory is then open to the host\n"
	"  --isvprodid N    product number, 0..65535 (default 0)\n"
	"  --isvsvn N       security version, 0..65535 (default 0)\n"
	"  --date YYYYMMDD  signing date (default SOURCE_DATE_EPOCH, else today, UTC)\n"
	"  --out FILE       the signature file (default ENCLAVE.sig)\n"
	"  --help           print this help\n";

struct sign_options {
	const char *key, *gendata, *catsig, *pubkey,
		*gen_key; /* the mode is which of them are set */
	const char *enclave, *out;
	bool debug;
	bool date_given;
	uint32_t date; /* BCD */
	uint16_t prod_id, svn;
};

static int parse_u16(const char *name, const char *text, uint16_t *value)
{
	char *end;

	errno = 0;
	unsigned long n = strtoul(text, &end, 0);
	if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || n > UINT16_MAX)
		return cli_fail("sign: --%s %s: not a number from 0 to 65535", name, text);
	*value = (uint16_t)n;
	return 0;
}

static int parse_date(const char *text, uint32_t *bcd)
{
	char *end;

	unsigned long n = strtoul(text, &end, 16); /* decimal digits read as hex are BCD */
	if (strlen(text) != 8 || *end != '\0' || !sigstruct_date_valid((uint32_t)n))
		return cli_fail("sign: --date %s: not a date YYYYMMDD", text);
	*bcd = (uint32_t)n;
	return 0;
}

/* The date for reproducible builds, else today. */
static int default_date(uint32_t *bcd)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = time(NULL);
	char text[16] = "", *end = NULL;
	struct tm tm;

	if (epoch != NULL) {
		errno = 0;
		now = (time_t)strtoll(epoch, &end, 10);
	}
	if ((epoch != NULL && (errno != 0 || end == epoch || *end != '\0')) ||
		gmtime_r(&now, &tm) == NULL || strftime(text, sizeof text, "%Y%m%d", &tm) != 8)
		return cli_fail("sign: SOURCE_DATE_EPOCH %s: not a time in seconds", epoch);
	return parse_date(text, bcd);
}

enum {
	OPT_KEY = 1,
	OPT_GENDATA,
	OPT_CATSIG,
	OPT_PUBKEY,
	OPT_GEN_KEY,
	OPT_PRODUCTION,
	OPT_DEBUG,
	OPT_PRODID,
	OPT_SVN,
	OPT_DATE,
	OPT_OUT,
	OPT_HELP,
};

static int parse_option(struct sign_options *o, int opt)
{
	switch (opt) {
	case OPT_KEY:
		o->key = optarg;
		return 0;
	case OPT_GENDATA:
		o->gendata = optarg;
		return 0;
	case OPT_CATSIG:
		o->catsig = optarg;
		return 0;
	case OPT_PUBKEY:
		o->pubkey = optarg;
		return 0;
	case OPT_GEN_KEY:
		o->gen_key = optarg;
		return 0;
	case OPT_PRODUCTION:
	case OPT_DEBUG:
		o->debug = opt == OPT_DEBUG;
		return 0;
	case OPT_PRODID:
		return parse_u16("isvprodid", optarg, &o->prod_id);
	case OPT_SVN:
		return parse_u16("isvsvn", optarg, &o->svn);
	case OPT_DATE:
		o->date_given = true;
		return parse_date(optarg, &o->date);
	case OPT_OUT:
		o->out = optarg;
		return 0;
	default:
		return cli_usage_error("sign");
	}
}

static int check_mode(const struct sign_options *o, int operands)
{
	int modes = (o->key != NULL) + (o->gendata != NULL) + (o->catsig != NULL) +
		    (o->gen_key != NULL);
	if (modes != 1)
		return cli_fail("sign: give exactly one of --key, --gendata, --catsig, --gen-key");
	if ((o->catsig != NULL) != (o->pubkey != NULL))
		return cli_fail("sign: --catsig and --pubkey need each other");
	/* Both steps must build the same bytes, perhaps on different days. */
	if ((o->gendata != NULL || o->catsig != NULL) && !o->date_given)
		return cli_fail("sign: --gendata and --catsig need --date");
	if (operands != (o->gen_key == NULL))
		return cli_fail(o->gen_key != NULL ? "sign: --gen-key takes no enclave file"
						   : "sign: exactly one enclave file is needed");
	return 0;
}

/* 0 and all options; 1 after --help; CLI_FAILURE. */
static int parse(struct sign_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{"key", required_argument, NULL, OPT_KEY},
		{"gendata", required_argument, NULL, OPT_GENDATA},
		{"catsig", required_argument, NULL, OPT_CATSIG},
		{"pubkey", required_argument, NULL, OPT_PUBKEY},
		{"gen-key", required_argument, NULL, OPT_GEN_KEY},
		{"production", no_argument, NULL, OPT_PRODUCTION},
		{"debug", no_argument, NULL, OPT_DEBUG},
		{"isvprodid", required_argument, NULL, OPT_PRODID},
		{"isvsvn", required_argument, NULL, OPT_SVN},
		{"date", required_argument, NULL, OPT_DATE},
		{"out", required_argument, NULL, OPT_OUT},
		{"help", no_argument, NULL, OPT_HELP},
		{0},
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == OPT_HELP) {
			fputs(usage, stdout);
			return 1;
		}
		int status = parse_option(o, opt);
		if (status != 0)
			return status;
	}
	int status = check_mode(o, argc - optind);
	if (status == 0 && !o->date_given)
		status = default_date(&o->date);
	o->enclave = argv[optind];
	return status;
}

/*
 * What is signed about the attributes. Flags: all must be as in the enclave file; --debug frees
 * the DEBUG bit. XFRM: the required components must be on, those the enclave can live with are
 * free, all others must be off.
 */
static void fill_body(
	struct sgx_sigstruct *sig, const struct sign_options *o, const struct enclave_desc *d)
{
	sigstruct_init(sig);
	sig->date = o->date;
	sig->miscselect = d->miscselect;
	sig->misc_mask = UINT32_MAX;
	sig->attributes.flags = d->attributes;
	sig->attributes.xfrm = d->xfrm_required;
	sig->attribute_mask.flags = o->debug ? ~SGX_ATTR_DEBUG : UINT64_MAX;
	sig->attribute_mask.xfrm = ~(d->xfrm & ~d->xfrm_required);
	sig->isv_prod_id = o->prod_id;
	sig->isv_svn = o->svn;
}

static int load_key(const char *path, bool private, EVP_PKEY **key)
{
	int err = sgx_key_load(path, private, key);
	if (err == -EINVAL)
		return cli_fail("%s: is not a %s RSA-3072 key with exponent 3 in PEM", path,
			private ? "private" : "public");
	if (err == -ENOTSUP)
		return cli_fail("%s: is protected by a passphrase", path);
	return err < 0 ? cli_fail_errno(path, "cannot read the key", err) : 0;
}

static int sign_with_key(struct sgx_sigstruct *sig, const char *path)
{
	EVP_PKEY *key;

	int status = load_key(path, true, &key);
	if (status != 0)
		return status;
	int err = sgx_sig_sign(sig, key);
	EVP_PKEY_free(key);
	return err < 0 ? cli_fail_errno(path, "cannot sign", err) : 0;
}

static int attach_signature(struct sgx_sigstruct *sig, const char *path, const char *pubkey)
{
	uint8_t raw[SGX_RSA_SIZE];
	EVP_PKEY *key;

	int status = cli_read_exact(path, "an RSA-3072 signature", raw, sizeof raw);
	if (status == 0)
		status = load_key(pubkey, false, &key);
	if (status != 0)
		return status;
	int err = sgx_sig_attach(sig, key, raw);
	EVP_PKEY_free(key);
	if (err == -EBADMSG)
		return cli_fail("%s: is not a signature of this enclave and these options by %s",
			path, pubkey);
	return err < 0 ? cli_fail_errno(path, "cannot verify", err) : 0;
}

static int write_result(const struct sgx_sigstruct *sig, const struct sign_options *o)
{
	uint8_t bytes[SIGSTRUCT_SIGNED_SIZE];
	char *path = NULL;

	if (o->gendata != NULL) {
		sigstruct_signed_bytes(sig, bytes);
		return cli_write_file(o->gendata, bytes, sizeof bytes);
	}
	if (o->out != NULL)
		return cli_write_file(o->out, sig, sizeof *sig);
	if (asprintf(&path, "%s.sig", o->enclave) < 0)
		return cli_fail("sign: no memory");
	int status = cli_write_file(path, sig, sizeof *sig);
	free(path);
	return status;
}

static int sign(const struct sign_options *o)
{
	struct cli_enclave e;
	struct sgx_sigstruct sig;

	int status = cli_enclave_open(&e, o->enclave);
	if (status != 0)
		return status;
	fill_body(&sig, o, &e.img.desc);
	status = cli_enclave_measure(&e, sig.enclave_hash, NULL);
	if (status == 0 && o->key != NULL)
		status = sign_with_key(&sig, o->key);
	if (status == 0 && o->catsig != NULL)
		status = attach_signature(&sig, o->catsig, o->pubkey);
	if (status == 0)
		status = write_result(&sig, o);
	cli_enclave_close(&e);
	return status;
}

int cmd_sign(int argc, char **argv)
{
	struct sign_options o = {0};

	int status = parse(&o, argc, argv);
	if (status != 0)
		return status == 1 ? 0 : status;
	if (o.gen_key == NULL)
		return sign(&o);
	int err = sgx_key_create(o.gen_key);
	return err < 0 ? cli_fail_errno(o.gen_key, "cannot make a key", err) : 0;
}
